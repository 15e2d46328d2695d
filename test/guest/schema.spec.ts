import { RefreshToken } from 'nestjs-baton';
import {
  AddWithdrawnGenerations1764000000002,
  IndexLiveSessions1764000000007,
} from 'nestjs-baton/migrations';
import { type DataSourceOptions, TableIndex } from 'typeorm';
import { describeOnEachDatabase } from '../host/databases.js';
import { startHost } from '../host/start-host.js';
import { Client, EVERY_ANSWER, answersOfEveryRoute } from './every-route.js';
import { pendingStatements } from './pending-statements.js';

const synchronized = (options: DataSourceOptions): DataSourceOptions => ({
  ...options,
  synchronize: true,
  migrationsRun: false,
});

describeOnEachDatabase((kind) => {
  it('every route works in a host that synchronizes its schema', async () => {
    const database = await kind.create();
    const host = await startHost({ database: synchronized(database.options) });
    expect(await answersOfEveryRoute(host)).toEqual(EVERY_ANSWER);
    expect(await pendingStatements(host.dataSource)).toEqual([]);
    await host.close();
    await database.drop();
  });

  it('every route works in a host that migrates, and synchronize would change nothing', async () => {
    const database = await kind.create();
    const host = await startHost({ database: database.options });
    expect(await answersOfEveryRoute(host)).toEqual(EVERY_ANSWER);
    expect(await host.dataSource.showMigrations()).toBe(false);
    expect(await pendingStatements(host.dataSource)).toEqual([]);
    await host.close();
    await database.drop();
  });

  it('the migration takes back what it did, and can be run again', async () => {
    const database = await kind.create();
    const host = await startHost({ database: database.options });
    await host.dataSource.undoLastMigration();
    expect(await pendingStatements(host.dataSource)).not.toEqual([]);
    await host.dataSource.runMigrations();
    expect(await pendingStatements(host.dataSource)).toEqual([]);
    await host.close();
    await database.drop();
  });

  /** @see issue 11 */
  it('a table from before withdrawn tokens were remembered gets the column, once', async () => {
    const database = await kind.create();
    const host = await startHost({ database: database.options });
    const runner = host.dataSource.createQueryRunner();
    await runner.dropColumn('refresh_tokens', 'withdrawn_generations');
    const migration = new AddWithdrawnGenerations1764000000002();
    await migration.up(runner);
    await migration.up(runner);
    await runner.release();
    expect(await pendingStatements(host.dataSource)).toEqual([]);
    await host.close();
    await database.drop();
  });

  /** @see issue 15 */
  it("a table from before live sessions had an index gets it, once, in place of the users'", async () => {
    const database = await kind.create();
    const host = await startHost({ database: database.options });
    const { namingStrategy } = host.dataSource;
    const nameOf = (...columns: string[]) => namingStrategy.indexName('refresh_tokens', columns);
    const before = { name: nameOf('user_id'), columnNames: ['user_id'] };
    const runner = host.dataSource.createQueryRunner();
    await runner.createIndex('refresh_tokens', new TableIndex(before));
    await runner.dropIndex('refresh_tokens', nameOf('user_id', 'revoked_at'));
    expect(await pendingStatements(host.dataSource)).not.toEqual([]);
    const migration = new IndexLiveSessions1764000000007();
    await migration.up(runner);
    await migration.up(runner);
    await runner.release();
    expect(await pendingStatements(host.dataSource)).toEqual([]);
    await host.close();
    await database.drop();
  });

  if (kind.name === 'sqlite memory') return;

  it.each([
    ['migrated', 'synchronizes', (options: DataSourceOptions) => options, synchronized],
    ['synchronized', 'migrates', synchronized, (options: DataSourceOptions) => options],
  ])('sessions of a %s database outlive a start that %s', async (_was, _does, first, second) => {
    const database = await kind.create();
    const before = await startHost({ database: first(database.options) });
    const pair = await new Client(before).login();
    await before.close();

    const after = await startHost({ database: second(database.options) });
    expect(await after.dataSource.getRepository(RefreshToken).count()).toBe(1);
    expect((await new Client(after).refresh(pair)).status).toBe(200);
    await after.close();
    await database.drop();
  });
});
