import { DataSource, type DataSourceOptions } from 'typeorm';
import { RefreshToken } from './refresh-token.entity.js';
import { PreparedUpdate } from './prepared-update.js';
import { SessionTable } from './session-table.js';

const OPTIONS: DataSourceOptions = {
  type: 'better-sqlite3',
  database: ':memory:',
  entities: [RefreshToken],
  synchronize: true,
};

const nothing = (): void => {};

function logTo(queries: string[]) {
  return {
    logQuery: (sql: string) => void queries.push(sql),
    logQueryError: nothing,
    logQuerySlow: nothing,
    logSchemaBuild: nothing,
    logMigration: nothing,
    log: nothing,
  };
}

/** An update on an open data source with one session in it. */
async function opened(options: Partial<DataSourceOptions> = {}) {
  const dataSource = new DataSource(Object.assign({}, OPTIONS, options));
  await dataSource.initialize();
  await addSession(dataSource);
  const update = new PreparedUpdate(
    new SessionTable(dataSource),
    { userId: ':to' },
    'userId = :from',
  );
  return { dataSource, update };
}

function addSession(dataSource: DataSource) {
  return dataSource.getRepository(RefreshToken).insert({
    id: 's',
    userId: 'ann',
    tokenHash: 'hash',
    generation: 0,
    createdAtMs: 0,
    rotatedAtMs: 0,
    expiresAtMs: 1,
    absoluteExpiresAtMs: 1,
  });
}

describe('a prepared update', () => {
  it('changes the rows that are as they had to be, and counts them', async () => {
    const { dataSource, update } = await opened();
    expect(await update.run({ from: 'ann', to: 'amy' })).toBe(1);
    expect(await update.run({ from: 'ann', to: 'eve' })).toBe(0);
    await dataSource.destroy();
  });

  it('goes on when the data source was closed and opened again', async () => {
    const { dataSource, update } = await opened();
    await update.run({ from: 'ann', to: 'amy' });
    await dataSource.destroy();
    await dataSource.initialize();
    await addSession(dataSource);
    expect(await update.run({ from: 'ann', to: 'amy' })).toBe(1);
    await dataSource.destroy();
  });

  it('is seen by the query log of the data source', async () => {
    const logged: string[] = [];
    const { dataSource, update } = await opened({ logger: logTo(logged) });
    await update.run({ from: 'ann', to: 'amy' });
    expect(logged.at(-1)).toMatch(/^UPDATE "refresh_tokens" SET "user_id" = \?/);
    await dataSource.destroy();
  });
});
