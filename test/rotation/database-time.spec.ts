import { DataSource, type DataSourceOptions } from 'typeorm';
import { databaseTime } from '../../src/sessions/database-time.store.js';
import { SessionTable } from '../../src/sessions/session-table.js';
import { describeOnEachDatabase } from '../host/databases.js';

/** In a time zone far from the server's, on the one connection that there then is. */
const ELSEWHERE: Readonly<Record<string, { readonly extra: object; readonly sql: string }>> = {
  postgres: { extra: { max: 1 }, sql: "SET TIME ZONE 'Asia/Kathmandu'" },
  mariadb: { extra: { connectionLimit: 1 }, sql: "SET time_zone = '+05:45'" },
};

/** This machine's databases have this machine's clock. */
async function expectNow(ask: () => Promise<number>): Promise<void> {
  const before = Date.now();
  const nowMs = await ask();
  expect(nowMs).toBeGreaterThanOrEqual(before - 1);
  expect(nowMs).toBeLessThanOrEqual(Date.now() + 1);
}

/** @see issue 11 */
describeOnEachDatabase((kind) => {
  it('tells its time to the millisecond, whatever time zone its connection speaks in', async () => {
    const database = await kind.create();
    const { extra, sql = 'SELECT 1' } = ELSEWHERE[kind.name] ?? {};
    const options: DataSourceOptions = Object.assign({ ...database.options }, { extra });
    const dataSource = await new DataSource(options).initialize();
    await dataSource.query(sql);
    const ask = databaseTime(new SessionTable(dataSource));
    for (let asked = 0; asked < 5; asked += 1) await expectNow(ask);
    await dataSource.destroy();
    await expect(ask()).rejects.toThrow('The database is unavailable');
    await database.drop();
  });
});
