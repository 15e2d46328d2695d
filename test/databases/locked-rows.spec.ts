import { setTimeout as sleep } from 'node:timers/promises';
import type { TokenPairBody } from 'nestjs-baton';
import { isAlive, login, refresh } from '../contract/vocabulary.js';
import { type FreshDatabase, describeOnEachDatabase } from '../host/databases.js';
import { QuickUsers } from '../host/quick-users.js';
import { type Host, startHost } from '../host/start-host.js';

const GRACE_MS = 2000;
/** When somebody comes with the same token, past the grace period of the first; and when the database lets go. */
const SECOND_MS = GRACE_MS + 300;
const UNLOCKED_MS = GRACE_MS + 1200;
/** The pools of both drivers. */
const CONNECTIONS = 10;

type Taking = (host: Host, pair: TokenPairBody, letGo: Promise<void>) => Promise<unknown>;

/** Another one has the row, or on SQLite the connection, and does nothing with it. */
const lockRow: Taking = (host, { session_id }, letGo) =>
  host.dataSource.transaction(async (manager) => {
    const lock = host.dataSource.options.type === 'better-sqlite3' ? '' : 'FOR UPDATE';
    await manager.query(`SELECT id FROM refresh_tokens WHERE id = '${session_id}' ${lock}`);
    await letGo;
  });

/** Another one has the row, and changes it. */
const changeRow: Taking = (host, { session_id }, letGo) =>
  host.dataSource.transaction(async (manager) => {
    const set = `UPDATE refresh_tokens SET device_name = 'other' WHERE id = '${session_id}'`;
    await manager.query(set);
    await letGo;
  });

/** Another one has the table: on PostgreSQL the statement then waits before it has begun. */
const lockTable: Taking = (host, _pair, letGo) =>
  host.dataSource.transaction(async (manager) => {
    await manager.query('LOCK TABLE refresh_tokens IN EXCLUSIVE MODE');
    await letGo;
  });

const takeConnections: Taking = async ({ dataSource }, _pair, letGo) => {
  const runners = Array.from({ length: CONNECTIONS }, () => dataSource.createQueryRunner());
  await Promise.all(runners.map((runner) => runner.connect()));
  await letGo;
  await Promise.all(runners.map((runner) => runner.release()));
};

/** The grace period begins when a swap is applied, not when it was asked for. @see issues 11 and 15 */
describeOnEachDatabase((kind) => {
  const { name } = kind;
  if (name === 'sqlite memory') return;
  let database: FreshDatabase;
  let host: Host;

  beforeAll(async () => {
    database = await kind.create();
    // The database's own clock, and time that passes.
    const auth = { clock: undefined, grace: GRACE_MS / 1000 };
    host = await startHost({ database: database.options, users: new QuickUsers(), auth });
  });

  afterAll(async () => {
    await host.close();
    await database.drop();
  });

  /** @returns how many successors those got who came before the end of the grace period, past it, and afterwards */
  async function successorsOf(pair: TokenPairBody, take: Taking): Promise<number> {
    const presented = () => refresh(host, pair.refresh_token);
    const taken = take(host, pair, sleep(UNLOCKED_MS));
    await sleep(50);
    const answers = [presented()];
    await sleep(SECOND_MS);
    answers.push(presented());
    await taken;
    answers.push(presented());
    const pairs = await Promise.all(answers);
    for (const successor of pairs.slice(0, 1)) expect(await isAlive(host, successor)).toBe(true);
    return new Set(pairs.map(({ refresh_token }) => refresh_token)).size;
  }

  it('a row that another one has for longer than the grace period logs nobody out', async () => {
    const ways = name.startsWith('sqlite') ? [lockRow] : [lockRow, changeRow];
    const all = await Promise.all(ways.map(async (take) => successorsOf(await login(host), take)));
    expect(new Set(all)).toEqual(new Set([1]));
  });

  if (name.startsWith('sqlite')) return;
  it('connections that are taken for longer than the grace period log nobody out', async () => {
    expect(await successorsOf(await login(host), takeConnections)).toBe(1);
  });

  if (name !== 'postgres') return;
  it('a table that another one has for longer than the grace period logs nobody out', async () => {
    expect(await successorsOf(await login(host), lockTable)).toBe(1);
  });
});
