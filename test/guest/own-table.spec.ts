import * as batonMigrations from 'nestjs-baton/migrations';
import { refreshTokenMigrations } from 'nestjs-baton';
import { DataSource, type DataSourceOptions, Table } from 'typeorm';
import { describeOnEachDatabase } from '../host/databases.js';
import { startHost } from '../host/start-host.js';
import { EVERY_ANSWER, answersOfEveryRoute } from './every-route.js';

const MIGRATIONS = Object.values(batonMigrations);

/** What a host keeps in a table of that name, which knows nothing of us. */
const THEIRS = new Table({
  name: 'refresh_tokens',
  columns: [
    { name: 'id', type: 'integer', isPrimary: true },
    { name: 'user_id', type: 'integer' },
    { name: 'token', type: 'varchar', length: '100' },
  ],
});

async function connect(options: DataSourceOptions): Promise<DataSource> {
  const dataSource = new DataSource(Object.assign({}, options, { migrations: MIGRATIONS }));
  await dataSource.initialize();
  await dataSource.createQueryRunner().createTable(THEIRS);
  await dataSource.query("INSERT INTO refresh_tokens VALUES (1, 2, 'theirs')");
  return dataSource;
}

const theirRows = (dataSource: DataSource) => dataSource.query('SELECT token FROM refresh_tokens');

/** A host that has a table refresh_tokens already. @see issue 11 */
describeOnEachDatabase((kind) => {
  it('is told so by the migration, and what to do, and keeps its table', async () => {
    const database = await kind.create();
    const dataSource = await connect(database.options);
    await expect(dataSource.runMigrations()).rejects.toThrow(
      /^There is a table refresh_tokens already .* AuthModule\.forRoot\(\{ table: … \}\)/,
    );
    const runner = dataSource.createQueryRunner();
    for (const Migration of MIGRATIONS) {
      await expect(new Migration().up(runner)).rejects.toThrow('There is a table refresh_tokens');
    }
    await runner.release();
    expect(await theirRows(dataSource)).toEqual([{ token: 'theirs' }]);
    await dataSource.destroy();
    await database.drop();
  });

  it('keeps its table when a migration is undone that an earlier release passed over', async () => {
    const database = await kind.create();
    const dataSource = await connect(database.options);
    const runner = dataSource.createQueryRunner();
    for (const Migration of MIGRATIONS) await new Migration().down(runner);
    await runner.release();
    expect(await theirRows(dataSource)).toEqual([{ token: 'theirs' }]);
    await dataSource.destroy();
    await database.drop();
  });

  if (kind.name === 'sqlite memory') return;

  it('keeps the sessions in a table of another name', async () => {
    const database = await kind.create();
    const before = await connect(database.options);
    await before.destroy();
    const host = await startHost({
      database: Object.assign({}, database.options, {
        migrations: refreshTokenMigrations('auth_sessions'),
      }),
      extras: { table: 'auth_sessions' },
    });
    expect(await answersOfEveryRoute(host)).toEqual(EVERY_ANSWER);
    expect(await theirRows(host.dataSource)).toEqual([{ token: 'theirs' }]);
    await host.close();
    await database.drop();
  });

  it('is not met where another instance has made the table a moment ago', async () => {
    const database = await kind.create();
    const first = await startHost({ database: database.options });
    const runner = first.dataSource.createQueryRunner();
    for (const Migration of MIGRATIONS) await new Migration().up(runner);
    await runner.release();
    expect(await answersOfEveryRoute(first)).toEqual(EVERY_ANSWER);
    await first.close();
    await database.drop();
  });
});
