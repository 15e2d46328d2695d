import { jest } from '@jest/globals';
import { DataSource } from 'typeorm';
import { RevocationList } from '../../src/sessions/revocation-list.js';
import { databaseAddress } from '../../src/standalone/environment/database-url.js';
import { dataSourceOptions, openDatabase } from '../../src/standalone/database/database.js';
import { describeOnEachDatabase } from '../host/databases.js';
import { startInProcess, stopAll } from './server-in-process.js';
import { bearer, get, post, signUp } from './vocabulary.js';

afterAll(stopAll);

/** MariaDB is asked as what it is: TypeORM's `mysql` misreads its defaults, and would change all. */
async function asItIs({ options }: DataSource): Promise<DataSource> {
  const isMysql = options.type === 'mysql';
  return new DataSource(isMysql ? { ...options, type: 'mariadb' } : options).initialize();
}

/** What `synchronize` would change. */
async function pendingStatements(given: DataSource): Promise<string[]> {
  // A database in memory is another one for whoever comes second.
  const isShared = given.options.type !== 'better-sqlite3';
  const dataSource = isShared ? await asItIs(given) : given;
  const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
  if (isShared) await dataSource.destroy();
  return upQueries.map(({ query }) => query);
}

describeOnEachDatabase((kind) => {
  it('the migrations describe the entities exactly, and can be taken back', async () => {
    const database = await kind.create();
    const dataSource = await openDatabase(databaseAddress(database.url));
    expect(await pendingStatements(dataSource)).toEqual([]);
    const { length } = dataSource.migrations;
    for (let undone = 0; undone < length; undone += 1) await dataSource.undoLastMigration();
    expect(await pendingStatements(dataSource)).not.toEqual([]);
    const runner = dataSource.createQueryRunner();
    expect(await runner.hasTable('refresh_tokens')).toBe(false);
    expect(await runner.hasTable('users')).toBe(false);
    await runner.release();
    await dataSource.destroy();
    await database.drop();
  });

  if (kind.name === 'sqlite memory') return;

  it('while the database is out of order every route says 503, and a refresh consumes nothing', async () => {
    const database = await kind.create();
    const server = await startInProcess({ DATABASE_URL: database.url, AUTH_REVOCATION: 'strict' });
    const { credentials, pair } = await signUp(server.url);
    const { refresh_token } = pair;
    const other = await new DataSource(
      dataSourceOptions(databaseAddress(database.url)),
    ).initialize();
    const runner = other.createQueryRunner();
    await runner.renameTable('refresh_tokens', 'refresh_tokens_away');
    await runner.renameTable('users', 'users_away');
    const answers = [
      await post(`${server.url}/auth/login`, credentials),
      await post(`${server.url}/auth/token/refresh`, { refresh_token }),
      await get(`${server.url}/auth/me`, bearer(pair['access_token'])),
      await post(`${server.url}/users`, { username: 'late', password: credentials.password }),
    ];
    for (const { status, body } of answers) {
      expect(status).toBe(503);
      expect(body).toEqual({
        error: 'unavailable',
        error_description: 'The database is unavailable',
      });
    }
    await runner.renameTable('refresh_tokens_away', 'refresh_tokens');
    await runner.renameTable('users_away', 'users');
    await runner.release();
    await other.destroy();
    const repeated = await post(`${server.url}/auth/token/refresh`, { refresh_token });
    expect(repeated.status).toBe(200);
    await server.stop();
    await database.drop();
  });
});

describe('GET /health', () => {
  it('answers 503 with a status beside the two fields when the database does not answer', async () => {
    const { app, url } = await startInProcess();
    await app.get(DataSource).destroy();
    const answer = await get(`${url}/health`);
    expect(answer.status).toBe(503);
    expect(answer.body).toEqual({
      status: 'unavailable',
      error: 'unavailable',
      error_description: 'The database is unavailable',
      cause: 'absent',
    });
    expect((await get(`${url}/health/live`)).status).toBe(200);
    await app.get(DataSource).initialize();
  });

  // @see issue 15
  it('says which cause: no writes, no table, revocations that are too old', async () => {
    const { app, url } = await startInProcess();
    const database = app.get(DataSource);
    const causeOfHealth = async () => (await get(`${url}/health`)).body['cause'];
    await database.query('PRAGMA query_only = 1');
    expect(await causeOfHealth()).toBe('read-only');
    await database.query('PRAGMA query_only = 0');
    await database.query('ALTER TABLE refresh_tokens RENAME TO elsewhere');
    expect(await causeOfHealth()).toBe('no-table');
    await database.query('ALTER TABLE elsewhere RENAME TO refresh_tokens');
    const list = app.get(RevocationList, { strict: false });
    const stale = jest.spyOn(list, 'isRevoked').mockReturnValue(Promise.reject(new Error('stale')));
    expect(await causeOfHealth()).toBe('revocations');
    stale.mockRestore();
    expect((await get(`${url}/health`)).status).toBe(200);
  });

  // @see issue 11: a demoted database still reads.
  it('answers 503 while the database takes no writes, and 200 when it does again', async () => {
    const { app, url } = await startInProcess();
    const database = app.get(DataSource);
    await database.query('PRAGMA query_only = 1');
    expect((await get(`${url}/health`)).status).toBe(503);
    await database.query('PRAGMA query_only = 0');
    expect((await get(`${url}/health`)).status).toBe(200);
  });
});
