import { setTimeout as sleep } from 'node:timers/promises';
import { refreshing } from '../driver/clients.js';
import { type Client, drive } from '../driver/drive.js';
import { W4 } from '../table/goals.js';
import { HOST } from '../table/subjects.js';
import { type FreshDatabase, freshDatabase } from './databases.js';
import type { Sample } from './samples.js';
import { startServer } from './server.js';

const SESSIONS = 1_000;
const REFRESHES = 20;
const AT_ONCE = 32;
/** Confirmations are written in batches, statistics now and then. */
const SETTLING_MS = 1_500;

/** What sessions take in the database, with indexes: opened, and after each has refreshed so often. */
export async function growth(name: 'sqlite' | 'postgres'): Promise<Sample[]> {
  const database = await freshDatabase(name);
  const server = await startServer(HOST, {
    databaseUrl: database.url,
    isPinned: true,
    profile: null,
  });
  try {
    const empty = await sizeOf(name, database);
    // The latest first: rows that grow in the order of their pages would find more room than they do.
    const clients = (await refreshing(HOST.api, server.port, SESSIONS)).toReversed();
    const opened = await sizeOf(name, database);
    // The first refresh fills what a new row has empty.
    await refreshAll(clients, 1);
    const once = await sizeOf(name, database);
    await refreshAll(clients, REFRESHES - 1);
    const heapOnly = name === 'postgres' ? await heapOnlyIn(database) : Number.NaN;
    const often = await sizeOf(name, database);
    const refreshes = SESSIONS * (REFRESHES - 1);
    const figures = {
      bytesOfNew: (opened.bytes - empty.bytes) / SESSIONS,
      bytesPerSession: (often.bytes - empty.bytes) / SESSIONS,
      bytesPerRefresh: (often.bytes - once.bytes) / refreshes,
      rowsPerRefresh: (often.rows - once.rows) / refreshes,
      heapOnly,
    };
    return [{ workload: W4, subject: name, connections: 0, round: '', figures }];
  } finally {
    await server.stop();
    await database.drop();
  }
}

/** Some at a time, each of them as often before the next come. */
async function refreshAll(clients: readonly Client[], times: number): Promise<void> {
  for (let first = 0; first < clients.length; first += AT_ONCE) {
    const some = clients.slice(first, first + AT_ONCE);
    for (let n = 0; n < times; n += 1) await drive(some, [], { leadMs: 0, measureMs: 0 });
  }
}

const BYTES = {
  sqlite: 'SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size',
  postgres: `SELECT pg_total_relation_size('refresh_tokens') AS bytes`,
};

/** After a checkpoint or a vacuum: what can be used again is no growth. */
async function sizeOf(name: 'sqlite' | 'postgres', { query }: FreshDatabase) {
  await sleep(SETTLING_MS);
  await query(name === 'sqlite' ? 'PRAGMA wal_checkpoint(TRUNCATE)' : 'VACUUM refresh_tokens');
  const [size] = await query(BYTES[name]);
  const [count] = await query('SELECT count(*) AS rows FROM refresh_tokens');
  return { bytes: Number(size?.['bytes']), rows: Number(count?.['rows']) };
}

const heapOnlyIn = async ({ query }: FreshDatabase): Promise<number> => {
  const [table] = await query(
    `SELECT n_tup_hot_upd::float / n_tup_upd AS share FROM pg_stat_user_tables WHERE relname = 'refresh_tokens'`,
  );
  return Number(table?.['share']);
};
