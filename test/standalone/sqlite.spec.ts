import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { databaseAddress } from '../../src/standalone/environment/database-url.js';
import { openDatabase } from '../../src/standalone/database/database.js';
import {
  type ServerProcess,
  type Variables,
  cleanUp,
  startServer,
  temporaryFolder,
} from './server-process.js';
import { describeWithStrace, traced } from './strace.js';
import { bearer, get, post, signUp } from './vocabulary.js';

afterAll(cleanUp);

const FILE = 'data/baton.sqlite';

/** Takes the server's database for itself, as another process does. */
function lock({ folder }: Pick<ServerProcess, 'folder'>) {
  const connection = new Database(join(folder, FILE));
  connection.exec('BEGIN EXCLUSIVE');
  return { unlock: () => connection.exec('ROLLBACK').close() };
}

/** How long an answer takes, in milliseconds, and that it is one of these. */
async function timeOf(
  answer: () => Promise<{ status: number }>,
  statuses: readonly number[],
): Promise<number> {
  const startMs = performance.now();
  expect(statuses).toContain((await answer()).status);
  return performance.now() - startMs;
}

/** @see issue 11 */
it('the files of the database are readable by their owner only', async () => {
  const server = await startServer();
  await signUp(server.url);
  const names = await readdir(join(server.folder, 'data'));
  const files = names.filter((name) => name.startsWith('baton.sqlite'));
  expect(files.toSorted()).toEqual(['baton.sqlite', 'baton.sqlite-shm', 'baton.sqlite-wal']);
  for (const file of files) {
    expect((await stat(join(server.folder, 'data', file))).mode & 0o777).toBe(0o600);
  }
  await server.stop();
});

/** @see issue 11 */
describe('while another process has the database locked', () => {
  it('what writes waits, everything else is answered, and what waited is done; it is not ready', async () => {
    const server = await startServer();
    const { pair, credentials } = await signUp(server.url);
    // Somebody else's login: one with the password that is being changed may be refused.
    const other = await signUp(server.url);
    const me = () => get(`${server.url}/auth/me`, bearer(pair['access_token']));
    const { password: current_password } = credentials;
    const change = { current_password, new_password: 'a wholly different passphrase' };
    const { unlock } = lock(server);
    const waiting = Promise.all([
      post(`${server.url}/auth/token/refresh`, { refresh_token: pair['refresh_token'] }),
      post(`${server.url}/auth/login`, other.credentials),
      post(`${server.url}/users`, { username: 'late', password: 'another long passphrase' }),
      post(`${server.url}/users/me/password`, change, bearer(pair['access_token'])),
    ]);
    const health = timeOf(() => get(`${server.url}/health`), [503]);
    const timesMs: number[] = [];
    for (const endMs = performance.now() + 3_000; performance.now() < endMs; await sleep(50)) {
      timesMs.push(await timeOf(me, [200]));
    }
    unlock();
    expect(await health).toBeLessThan(2_900);
    expect((await waiting).map(({ status }) => status)).toEqual([200, 200, 201, 204]);
    expect(timesMs.length).toBeGreaterThan(20);
    expect(Math.max(...timesMs)).toBeLessThan(1_000);
    await server.stop();
  }, 20_000);

  it('what has waited five seconds is 503, and has consumed nothing', async () => {
    const server = await startServer();
    const { pair } = await signUp(server.url);
    const refresh = () =>
      post(`${server.url}/auth/token/refresh`, { refresh_token: pair['refresh_token'] });
    const { unlock } = lock(server);
    const refused = await refresh();
    unlock();
    expect([refused.status, refused.body['error']]).toEqual([503, 'unavailable']);
    const { status, body } = await refresh();
    expect([status, body['session_id']]).toEqual([200, pair['session_id']]);
    await server.stop();
  }, 20_000);

  it('SIGTERM ends the server with 0 all the same', async () => {
    const server = await startServer();
    const { pair } = await signUp(server.url);
    const { body } = await post(`${server.url}/auth/token/refresh`, {
      refresh_token: pair['refresh_token'],
    });
    const { unlock } = lock(server);
    // A confirmation that has to be written.
    await get(`${server.url}/auth/me`, bearer(body['access_token']));
    const startMs = performance.now();
    expect(await server.stop()).toBe(0);
    expect(performance.now() - startMs).toBeLessThan(10_000);
    unlock();
  }, 20_000);

  it('a server that starts waits for it', async () => {
    const folder = await temporaryFolder();
    await (await startServer({}, folder)).stop();
    const { unlock } = lock({ folder });
    setTimeout(unlock, 1_500);
    const server = await startServer({}, folder);
    expect((await get(`${server.url}/health`)).status).toBe(200);
    await server.stop();
  }, 20_000);
});

it('no statement waits for a lock with the event loop in its hands', async () => {
  const address = databaseAddress(`sqlite:${join(await temporaryFolder(), 'baton.sqlite')}`);
  const dataSource = await openDatabase(address);
  expect(await dataSource.query('PRAGMA busy_timeout')).toEqual([{ timeout: 0 }]);
  await dataSource.destroy();
});

/** A registration, a login, a refresh, a logout. */
async function fourWrites(server: ServerProcess): Promise<void> {
  const { pair } = await signUp(server.url);
  const { body } = await post(`${server.url}/auth/token/refresh`, {
    refresh_token: pair['refresh_token'],
  });
  await post(`${server.url}/auth/logout`, { refresh_token: body['refresh_token'] });
}

async function traceWith(variables: Variables): Promise<string> {
  const server = await startServer(variables);
  const trace = await traced(server, () => fourWrites(server));
  await server.stop();
  return trace;
}

/** @see issue 11 */
describeWithStrace('what was answered survives a power cut', () => {
  it('each answer leaves after its commit was synced', async () => {
    expect(await traceWith({})).toMatch(/^((ws)+a){4}$/);
  });

  it('but for SQLITE_SYNCHRONOUS=normal, which leaves that to the operating system', async () => {
    expect(await traceWith({ SQLITE_SYNCHRONOUS: 'normal' })).toMatch(/^(wa){4}$/);
  });
});
