import { createHash } from 'node:crypto';
import { HttpConnection } from '../driver/http-connection.js';
import type { Scenario } from '../driver/jobs.js';
import { mintTokens, mintedSessionId } from '../driver/minted-tokens.js';
import { type Credential, PROTOCOLS } from '../driver/protocols.js';
import { logIn } from '../driver/scenarios.js';
import type { Bench } from '../harness/bench.js';
import type { FreshDatabase } from '../harness/databases.js';
import { withServer } from '../harness/line-up.js';
import { seedSessions } from '../harness/seeded-sessions.js';
import { SECRETS, type ServerProcess } from '../harness/server-process.js';
import type { Subject } from '../harness/subjects.js';

const SESSIONS_PER_USER = 10;
/** How many of the sessions and of the users, spread over the whole table, take part. */
const PLAYERS = 5_000;
const LISTED = 1_000;

/** Has the subject make its table and puts so many sessions into it. */
export async function fill(bench: Bench, subject: Subject, database: FreshDatabase, rows: number) {
  await withServer(bench, subject, { profile: null, database }, async () => {});
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

const spreadOver = (rows: number, count: number): number[] =>
  Array.from({ length: count }, (_, n) => Math.floor((n * rows) / count));

async function loggedIn({ port }: ServerProcess): Promise<Credential> {
  const connection = await HttpConnection.open(port);
  return logIn(PROTOCOLS.baton, connection).finally(() => connection.close());
}

/** Refresh tokens for sessions all over the table: minted here, and their hashes put into the rows. */
export async function refreshScenario(
  server: ServerProcess,
  database: FreshDatabase,
  rows: number,
): Promise<Scenario> {
  const { refresh } = await loggedIn(server);
  const sessions = spreadOver(rows, PLAYERS);
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
export async function listScenario(server: ServerProcess, rows: number): Promise<Scenario> {
  const { access } = await loggedIn(server);
  const users = spreadOver(rows / SESSIONS_PER_USER, LISTED);
  const claims = users.map((n) => ({ sub: `u${n}`, sid: mintedSessionId(n * SESSIONS_PER_USER) }));
  return { kind: 'sessions', accesses: mintTokens(access, SECRETS.AUTH_ACCESS_SECRET, claims) };
}
