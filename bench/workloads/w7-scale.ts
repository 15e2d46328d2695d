import { createHash } from 'node:crypto';
import { HttpConnection } from '../driver/http-connection.js';
import type { Scenario } from '../driver/jobs.js';
import { mintTokens, mintedSessionId } from '../driver/minted-tokens.js';
import { PROTOCOLS } from '../driver/protocols.js';
import { logIn } from '../driver/scenarios.js';
import type { Bench } from '../harness/bench.js';
import { type FreshDatabase, freshDatabase } from '../harness/databases.js';
import { drive } from '../harness/driver-process.js';
import { pairedRatio } from '../harness/samples.js';
import { seedSessions } from '../harness/seeded-sessions.js';
import { SECRETS, type ServerProcess } from '../harness/server-process.js';
import { type Subject, baton } from '../harness/subjects.js';

const FEW = 10_000;
const SESSIONS_PER_USER = 10;
/** How many of the sessions, spread over the whole table, take part. */
const PLAYERS = 5_000;

const name = (what: string, rows: number): string =>
  `W7 ${what} with ${rows.toLocaleString('en')} sessions in the table`;

/** Refreshes and session lists, spread over a small and over a large table on PostgreSQL. */
export async function w7(bench: Bench): Promise<void> {
  const many = bench.options.quick ? 1_000_000 : 10_000_000;
  const subject = baton('fastify');
  if (!bench.options.subjects.test(subject.name)) return;
  const databases: { rows: number; database: FreshDatabase }[] = [];
  try {
    for (const rows of [FEW, many]) {
      const database = await freshDatabase('postgres');
      databases.push({ rows, database });
      await fill(bench, subject, database, rows);
    }
    for (let repetition = 0; repetition < bench.options.repetitions; repetition += 1) {
      const order = repetition % 2 === 0 ? databases : [...databases].reverse();
      for (const { rows, database } of order) {
        await measure(bench, subject, database, rows, repetition);
      }
    }
  } catch (error) {
    bench.log(`W7 left out: ${String(error)}`);
  } finally {
    for (const { database } of databases) await database.drop();
  }
  for (const what of ['refresh', 'session list']) {
    const [small, large] = [name(what, FEW), name(what, many)];
    const p50 = pairedRatio(
      bench.samples,
      [large, subject.name],
      [small, subject.name],
      (r) => r.p50Ms,
    );
    bench.goal(large, 'p50 with 10 thousand', p50, '≤', 1.2);
  }
  const two = pairedRatio(
    bench.samples,
    [name('refresh', FEW), '2 processes'],
    [name('refresh', FEW), '1 process, unpinned'],
  );
  bench.goal('W7 two processes', 'one process, same PostgreSQL, same machine', two, '≥', 1.7);
}

async function fill(bench: Bench, subject: Subject, database: FreshDatabase, rows: number) {
  await bench.withServer(subject, async () => {}, { profile: null }, database);
  const indexes = await database.query(
    `SELECT indexname AS name, indexdef AS sql FROM pg_indexes WHERE tablename = 'refresh_tokens' AND indexdef NOT LIKE '%UNIQUE%'`,
  );
  for (const index of indexes) await database.query(`DROP INDEX "${String(index['name'])}"`);
  const startMs = performance.now();
  await seedSessions(database, 'postgres', rows, `'u' || (i / ${SESSIONS_PER_USER})`);
  for (const index of indexes) await database.query(String(index['sql']));
  await database.query('VACUUM ANALYZE refresh_tokens');
  bench.log(`W7 ${rows} sessions in ${((performance.now() - startMs) / 1000).toFixed(0)} s`);
}

async function measure(
  bench: Bench,
  subject: Subject,
  database: FreshDatabase,
  rows: number,
  repetition: number,
): Promise<void> {
  await bench.withServer(
    subject,
    async (server) => {
      const refreshing = await refreshScenario(server, database, rows);
      const phase = { scenario: refreshing, connections: 8 };
      await bench.measure(subject, server, repetition, {
        workload: name('refresh', rows),
        ...phase,
      });
      const listing = await listScenario(server, rows);
      const list = { workload: name('session list', rows), scenario: listing, connections: 8 };
      await bench.measure(subject, server, repetition, list);
    },
    {},
    database,
  );
  if (rows === FEW) await processes(bench, subject, database, repetition);
}

/** One process, then two, each with a driver and sessions of its own. */
async function processes(
  bench: Bench,
  subject: Subject,
  database: FreshDatabase,
  repetition: number,
): Promise<void> {
  const { warmMs, measureMs } = bench.options;
  const run = async ({ port, pid }: ServerProcess) => {
    const scenario = { kind: 'refresh' } as const;
    const job = { port, pid, warmMs, measureMs, protocol: subject.protocol, scenario };
    return drive({ ...job, connections: 16 }, false);
  };
  const keep = (who: string, results: readonly Awaited<ReturnType<typeof run>>[]): void => {
    const [first] = results;
    if (first === undefined) return;
    const perSecond = results.reduce((sum, result) => sum + result.perSecond, 0);
    const result = { ...first, perSecond };
    const workload = name('refresh', FEW);
    bench.samples.push({ workload, subject: who, repetition, result, peakMb: Number.NaN });
    bench.log(`${workload} ${who} ${perSecond.toFixed(0)}/s`);
  };
  const options = { pinned: false, profile: null };
  const start = (play: (server: ServerProcess) => Promise<void>) =>
    bench.withServer(subject, play, options, database);
  await start(async (one) => {
    keep('1 process, unpinned', [await run(one)]);
    await start(async (two) => keep('2 processes', await Promise.all([run(one), run(two)])));
  });
}

const spreadOver = (rows: number): number[] =>
  Array.from({ length: PLAYERS }, (_, n) => Math.floor((n * rows) / PLAYERS));

/** Refresh tokens for sessions all over the table: minted here, and their hashes put into the rows. */
async function refreshScenario(
  { port }: ServerProcess,
  database: FreshDatabase,
  rows: number,
): Promise<Scenario> {
  const connection = await HttpConnection.open(port);
  const { refresh } = await logIn(PROTOCOLS.baton, connection);
  connection.close();
  const sessions = spreadOver(rows);
  const tokens = mintTokens(
    refresh,
    SECRETS.AUTH_REFRESH_SECRET,
    sessions.map((n) => ({ sid: mintedSessionId(n) })),
  );
  const hashes = tokens.map((token) => createHash('sha256').update(token).digest('base64url'));
  for (let first = 0; first < sessions.length; first += 1_000) {
    const values = sessions
      .slice(first, first + 1_000)
      .map((n, at) => `('${mintedSessionId(n)}', '${hashes[first + at] ?? ''}')`);
    await database.query(
      `UPDATE refresh_tokens SET token_hash = v.hash, generation = 0, revoked_at = NULL
       FROM (VALUES ${values.join(',')}) AS v(id, hash) WHERE refresh_tokens.id = v.id`,
    );
  }
  return {
    kind: 'refresh held',
    credentials: tokens.map((token) => ({ access: '', refresh: token })),
  };
}

/** Access tokens of users all over the table. */
async function listScenario({ port }: ServerProcess, rows: number): Promise<Scenario> {
  const connection = await HttpConnection.open(port);
  const { access } = await logIn(PROTOCOLS.baton, connection);
  connection.close();
  const users = spreadOver(rows / SESSIONS_PER_USER).slice(0, 1_000);
  const claims = users.map((n) => ({ sub: `u${n}`, sid: mintedSessionId(n * SESSIONS_PER_USER) }));
  return { kind: 'sessions', accesses: mintTokens(access, SECRETS.AUTH_ACCESS_SECRET, claims) };
}
