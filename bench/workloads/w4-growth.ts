import { setTimeout as sleep } from 'node:timers/promises';
import { HttpConnection } from '../driver/http-connection.js';
import { type Credential, PROTOCOLS, type Protocol } from '../driver/protocols.js';
import { logIn } from '../driver/scenarios.js';
import type { Bench } from '../harness/bench.js';
import { withServer } from '../harness/line-up.js';
import { type DatabaseName, type FreshDatabase, freshDatabase } from '../harness/databases.js';
import { RIVALS, type Subject, baton } from '../harness/subjects.js';

const SESSIONS = 1_000;
const REFRESHES = 20;
const AT_ONCE = 32;

interface Size {
  readonly bytes: number;
  readonly rows: number;
}

/** What the sessions take in the database, before and after each of them has refreshed so often. */
export async function w4(bench: Bench): Promise<void> {
  const subjects: readonly (readonly [Subject, DatabaseName])[] = [
    [baton('fastify'), 'sqlite'],
    [baton('fastify'), 'postgres'],
    ...RIVALS.filter(({ name }) => name.startsWith('oidc') || name.startsWith('ackplus')).map(
      (rival) => [rival, 'sqlite'] as const,
    ),
  ];
  const rows: string[][] = [];
  for (const [subject, name] of subjects) {
    if (!bench.options.subjects.test(subject.name)) continue;
    const database = await freshDatabase(name).catch(() => null);
    if (database === null) continue;
    const row = await grow(bench, subject, name, database).finally(() => database.drop());
    rows.push([subject.name, name, ...row]);
    bench.log(`W4 ${subject.name} ${name}: ${row.join(', ')}`);
  }
  bench.tables.push({
    title: `W4 growth: ${SESSIONS} sessions × ${REFRESHES} refreshes`,
    columns: [
      'subject',
      'database',
      'bytes per session',
      'after one refresh',
      `after ${REFRESHES}`,
      'bytes per refresh',
      'rows per refresh',
      'heap-only updates',
    ],
    rows,
    note: 'Growth per refresh from the second refresh on: the first one fills what a new row has empty. Bytes with indexes, after a checkpoint or a vacuum; on PostgreSQL without the vacuum in brackets.',
  });
}

/** The row of one subject: logs everybody in, has them refresh once, which fills what a new row has empty, and often. */
function grow(
  bench: Bench,
  subject: Subject,
  name: DatabaseName,
  database: FreshDatabase,
): Promise<string[]> {
  const sessions = bench.options.quick ? SESSIONS / 5 : SESSIONS;
  const protocol = PROTOCOLS[subject.protocol];
  return withServer(bench, subject, { database }, async ({ server: { port } }) => {
    const settled = async (tidy = true): Promise<Size> => {
      await sleep(1_500);
      return sizeOf(name, database, tidy);
    };
    const empty = await sizeOf(name, database);
    const credentials = await logInOften(port, protocol, sessions);
    const opened = await settled();
    const refreshed = await refreshAll(port, protocol, credentials, 1);
    const once = await settled();
    await refreshAll(port, protocol, refreshed, REFRESHES - 1);
    const untidied = await settled(false);
    const heapOnly = name === 'postgres' ? await heapOnlyShare(database) : Number.NaN;
    const often = await settled();

    const refreshes = sessions * (REFRESHES - 1);
    const perSession = (size: Size): number => (size.bytes - empty.bytes) / sessions;
    const perRefresh = (size: Size): number => (size.bytes - once.bytes) / refreshes;
    const rows = (often.rows - once.rows) / refreshes;
    if (subject.protocol === 'baton') {
      const workload = `W4 ${name}`;
      bench.note(workload, 'rows per refresh', rows, '≤', 0);
      bench.note(workload, 'bytes per refresh', perRefresh(often), '≤', 0);
      bench.note(workload, 'bytes per session, not refreshed yet', perSession(opened), '≤', 600);
      bench.note(workload, 'bytes per session, refreshed', perSession(often), '≤', 600);
      bench.note(workload, 'share of heap-only updates', heapOnly, '≥', 0.95);
    }
    const loose = name === 'postgres' ? ` (${perRefresh(untidied).toFixed(1)})` : '';
    return [
      ...[opened, once, often].map((size) => perSession(size).toFixed(0)),
      perRefresh(often).toFixed(1) + loose,
      rows.toFixed(2),
      Number.isNaN(heapOnly) ? '' : `${(heapOnly * 100).toFixed(1)} %`,
    ];
  });
}

async function logInOften(port: number, protocol: Protocol, count: number): Promise<Credential[]> {
  const connection = await HttpConnection.open(port);
  const credentials: Credential[] = [];
  for (let n = 0; n < count; n += 1) credentials.push(await logIn(protocol, connection));
  connection.close();
  return credentials;
}

async function refreshAll(
  port: number,
  { refresh, read }: Protocol,
  credentials: readonly Credential[],
  times: number,
): Promise<Credential[]> {
  const waiting = [...credentials];
  const refreshed: Credential[] = [];
  const worker = async (): Promise<void> => {
    const connection = await HttpConnection.open(port);
    for (let held = waiting.pop(); held !== undefined; held = waiting.pop()) {
      for (let n = 0; n < times; n += 1) {
        const request = refresh?.(held) ?? Buffer.alloc(0);
        const next = read(await connection.exchange(request), held);
        if (next === null) throw new Error('A refresh was refused');
        held = next;
      }
      refreshed.push(held);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return refreshed;
}

async function sizeOf(name: DatabaseName, database: FreshDatabase, tidy = true): Promise<Size> {
  if (name === 'sqlite') return sqliteSize(database);
  if (tidy) await database.query('VACUUM refresh_tokens');
  const [size] = await database.query(
    `SELECT pg_total_relation_size('refresh_tokens')::int AS bytes, (SELECT count(*)::int FROM refresh_tokens) AS rows`,
  );
  return { bytes: Number(size?.['bytes']), rows: Number(size?.['rows']) };
}

async function sqliteSize(database: FreshDatabase): Promise<Size> {
  await database.query('PRAGMA wal_checkpoint(TRUNCATE)');
  const [size] = await database.query(
    'SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size',
  );
  const tables = await database.query(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`,
  );
  let rows = 0;
  for (const { name } of tables) {
    const [count] = await database.query(`SELECT count(*) AS n FROM "${String(name)}"`);
    rows += Number(count?.['n']);
  }
  return { bytes: Number(size?.['bytes']), rows };
}

async function heapOnlyShare(database: FreshDatabase): Promise<number> {
  const [stat] = await database.query(
    `SELECT n_tup_hot_upd::float / nullif(n_tup_upd, 0) AS share FROM pg_stat_user_tables WHERE relname = 'refresh_tokens'`,
  );
  return Number(stat?.['share']);
}
