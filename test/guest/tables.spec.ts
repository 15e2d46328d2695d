import { AuthModule, refreshTokenEntity, refreshTokenMigrations } from 'nestjs-baton';
import * as batonMigrations from 'nestjs-baton/migrations';
import type { DataSource, DataSourceOptions } from 'typeorm';
import { describeOnEachDatabase } from '../host/databases.js';
import { QuickUsers } from '../host/quick-users.js';
import { ACCESS_SECRET, PASSWORD, REFRESH_SECRET, startHost } from '../host/start-host.js';
import { Client, EVERY_ANSWER, answersOfEveryRoute } from './every-route.js';
import { pendingStatements } from './pending-statements.js';

const OFFICE = 'office_sessions';

const MIGRATED = {
  migrations: [...Object.values(batonMigrations), ...refreshTokenMigrations(OFFICE)],
  migrationsRun: true,
};
const SYNCHRONIZED = { migrations: [], migrationsRun: false, synchronize: true };

/** A host whose staff log in at `/office/auth`, with sessions in a table of their own. */
async function startWithOffice(database: DataSourceOptions) {
  const users = new QuickUsers();
  await users.add('ann', PASSWORD);
  const office = AuthModule.forRoot({
    users,
    accessSecret: ACCESS_SECRET,
    refreshSecret: REFRESH_SECRET,
    isGlobal: false,
    jwks: false,
    routePrefix: 'office/auth',
    table: OFFICE,
  });
  return startHost({ database, imports: [office] });
}

async function idsIn(dataSource: DataSource, table: string): Promise<string[]> {
  const rows = await dataSource.getRepository(refreshTokenEntity(table)).find();
  return rows.map(({ id }) => id);
}

/** @see issue 11 */
describeOnEachDatabase((kind) => {
  it.each([
    ['migrates', MIGRATED],
    ['synchronizes', SYNCHRONIZED],
  ])('two modules in a data source that %s may each have a table', async (_how, schema) => {
    const database = await kind.create();
    const host = await startWithOffice(Object.assign({}, database.options, schema));
    expect(await pendingStatements(host.dataSource)).toEqual([]);
    const shop = await new Client(host).login();
    const staff = await new Client(host, '/office/auth').login();
    expect(await idsIn(host.dataSource, 'refresh_tokens')).toEqual([shop.session_id]);
    expect(await idsIn(host.dataSource, OFFICE)).toEqual([staff.session_id]);
    expect(await answersOfEveryRoute(host)).toEqual(EVERY_ANSWER);
    await host.close();
    await database.drop();
  });

  it("a module's table can be undone alone", async () => {
    const database = await kind.create();
    const host = await startWithOffice(Object.assign({}, database.options, MIGRATED));
    const runner = host.dataSource.createQueryRunner();
    for (const Migration of refreshTokenMigrations(OFFICE)) await new Migration().down(runner);
    expect(await runner.hasTable(OFFICE)).toBe(false);
    expect(await runner.hasTable('refresh_tokens')).toBe(true);
    await runner.release();
    await host.close();
    await database.drop();
  });
});

it.each(['', 'auth.sessions'])('a table %j is refused when the module is made', (table) => {
  expect(() => refreshTokenEntity(table)).toThrow('table takes a name, without its schema');
});
