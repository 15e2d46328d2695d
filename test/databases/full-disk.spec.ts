import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { OwnMariadb, describeWithOwnMariadb } from '../host/own-mariadb.js';
import { OwnPostgres, describeWithOwnPostgres } from '../host/own-postgres.js';
import { stopOwnServers } from '../host/own-process.js';
import { type InProcessServer, startInProcess, stopAll } from '../standalone/server-in-process.js';
import { bearer, get, post, signUp } from '../standalone/vocabulary.js';

const LONG_MS = 60_000;
const MEBIBYTE = 1024 * 1024;
/** More than any database takes for itself before it writes the first row. */
const DISK_MIB = 48;
/** Logins that are tried until one of them finds no room. */
const MOST_LOGINS = 2_000;

/** Small disks that hold a database of a test. */
const mounted: string[] = [];

afterAll(async () => {
  await stopAll();
  for (const disk of mounted) execFileSync('umount', ['--lazy', disk]);
  await stopOwnServers();
});

const isRoot = process.getuid?.() === 0;

/** Puts a small disk in the place of a folder, for the account that a database runs as. */
function mountAt(folder: string): string {
  mkdirSync(folder, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'tmpfs', folder]);
  mounted.push(folder);
  execFileSync('chown', ['postgres:postgres', folder]);
  return folder;
}

/** Writes a file until the disk has no place for another byte. @returns makes room again */
function fill(disk: string): () => Promise<void> {
  const file = join(disk, 'somebody-elses');
  try {
    for (;;) writeFileSync(file, Buffer.alloc(MEBIBYTE), { flag: 'a' });
  } catch {
    // The last piece did not go in as a whole.
  }
  return async () => rmSync(file);
}

type Account = Awaited<ReturnType<typeof signUp>>;

const login = ({ url }: InProcessServer, { credentials }: Account) =>
  post(`${url}/auth/login`, credentials);

/** Logs in until there is no room. */
async function loginUntilRefused(server: InProcessServer, account: Account) {
  for (let logins = 0; logins < MOST_LOGINS; logins += 1) {
    const answer = await login(server, account);
    if (answer.status !== 200) return answer;
  }
  throw new Error('There is room for all of them');
}

/** What a server answers while its database has no room, and afterwards. */
async function answersWhileFull(
  server: InProcessServer,
  fillUp: () => Promise<() => Promise<void>>,
) {
  const { url } = server;
  const account = await signUp(url);
  const { access_token, refresh_token } = account.pair;
  const before = await get(`${url}/health`);
  const makeRoom = await fillUp();
  const refused = await loginUntilRefused(server, account);
  const unready = await get(`${url}/health`);
  const live = await get(`${url}/health/live`);
  const guarded = await get(`${url}/auth/me`, bearer(access_token));
  await makeRoom();
  const ready = await get(`${url}/health`);
  const refreshed = await post(`${url}/auth/token/refresh`, { refresh_token });
  return {
    before: before.status,
    refused: [refused.status, refused.body['error_description']],
    unready: [unready.status, unready.body['cause']],
    meanwhile: [live.status, guarded.status],
    afterwards: [ready.status, refreshed.status, (await login(server, account)).status],
  };
}

const KNOWN = {
  before: 200,
  refused: [503, 'The database is unavailable'],
  unready: [503, 'full'],
  meanwhile: [200, 200],
  afterwards: [200, 200, 200],
};

/** More than one user could have. */
const MANY_SESSIONS = { AUTH_SESSION_CEILING: '100000' };

/** @see issue 15 */
describe('on SQLite', () => {
  it(
    'a database that may not grow is 503 at /health, which says so, and is ready once it may',
    async () => {
      const server = await startInProcess(MANY_SESSIONS);
      const database = server.app.get(DataSource);
      const answers = await answersWhileFull(server, async () => {
        const [{ page_count: pages }] = await database.query('PRAGMA page_count');
        await database.query(`PRAGMA max_page_count = ${pages}`);
        return async () => void (await database.query('PRAGMA max_page_count = 1000000'));
      });
      expect(answers).toEqual(KNOWN);
    },
    LONG_MS,
  );

  it('that is found out by whoever asks, though nobody writes', async () => {
    const { app, url } = await startInProcess();
    const database = app.get(DataSource);
    const [{ page_count: pages }] = await database.query('PRAGMA page_count');
    await database.query(`PRAGMA max_page_count = ${pages}`);
    // Takes what is free of the last pages.
    const insert = `INSERT INTO refresh_tokens (id, user_id, token_hash, generation, created_at, rotated_at,
      expires_at, absolute_expires_at) VALUES (?, 'somebody', 'hash', 0, 0, 0, 0, 0)`;
    const ids = Array.from({ length: 1_000 }, (_, index) => `some session ${index}`);
    await Promise.allSettled(ids.map((id) => database.query(insert, [id])));
    const { status, body } = await get(`${url}/health`);
    expect([status, body['cause']]).toEqual([503, 'full']);
  });

  it('asking leaves no row', async () => {
    const { app, url } = await startInProcess();
    expect((await get(`${url}/health`)).status).toBe(200);
    expect(await app.get(DataSource).query('SELECT * FROM refresh_tokens')).toEqual([]);
  });
});

describeWithOwnPostgres(() => {
  it(
    'a full disk is 503 at /health, which says so, and ready once it has room',
    async () => {
      // Nobody else may mount a disk of a test's own.
      if (!isRoot) return;
      const database = await OwnPostgres.start();
      const disk = mountAt(join(database.socketFolder, 'small'));
      await database.tell(`CREATE TABLESPACE small LOCATION '${disk}'`);
      await database.tell(`ALTER SYSTEM SET default_tablespace = 'small'`);
      await database.tell('SELECT pg_reload_conf()');
      const server = await startInProcess({ DATABASE_URL: database.url, ...MANY_SESSIONS });
      expect(await answersWhileFull(server, async () => fill(disk))).toEqual(KNOWN);
    },
    LONG_MS,
  );
});

describeWithOwnMariadb(() => {
  // One that is really full may end altogether, when it finds no room for a page that it has changed before.
  it('a table that is full, as it says, is 503 at /health, and ready once it has room', async () => {
    const database = await OwnMariadb.start();
    const server = await startInProcess({ DATABASE_URL: database.url(), ...MANY_SESSIONS });
    const answers = await answersWhileFull(server, async () => {
      const says = `SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1114, MESSAGE_TEXT = 'The table is full'`;
      const when = 'BEFORE INSERT ON baton.refresh_tokens FOR EACH ROW';
      await database.tell(`CREATE TRIGGER baton.full ${when} ${says}`);
      return async () => void (await database.tell('DROP TRIGGER baton.full'));
    });
    expect(answers).toEqual(KNOWN);
  });
});
