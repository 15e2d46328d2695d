import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { FreshDatabase } from './databases.js';
import type { Player } from './players.js';

const run = promisify(execFile);

const HASH = `'${'h'.repeat(43)}'`;
const WEEK_MS = 604_800_000;

/** What a rotation does with the row of its session, and nothing else. \gset fails where no row was as it had to be. */
const SCRIPT =
  `UPDATE refresh_tokens SET token_hash = ${HASH}, generation = 1, parent_generation = 0,
  sealed_successor = '${'s'.repeat(115)}', rotated_at = :now, confirmed_at = NULL, expires_at = :now::bigint + ${WEEK_MS}
WHERE id = (SELECT id FROM refresh_tokens WHERE id = 'pgbench-' || :client_id AND token_hash = ${HASH}
  AND COALESCE(revoked_at, 0) = 0 AND expires_at > :now AND absolute_expires_at >= :now FOR UPDATE)
RETURNING generation \\gset
`.replaceAll(/\n(?=.)/g, ' ');

/** `pgbench`: as many connections as there would be clients, each to a session of its own. */
export const pgbench: Player = async ({ database, connections }) => {
  await addSessions(database, connections);
  let each = 20;
  return async ({ measureMs }) => {
    const output = await transact(database.url, connections, each);
    const perSecond = Number(/tps = ([\d.]+)/.exec(output)?.[1]);
    const count = Number(/actually processed: (\d+)/.exec(output)?.[1]);
    if (count !== each * connections) throw new Error(`pgbench failed: ${output}`);
    const tookMs = (count * 1000) / perSecond;
    each = Math.max(1, Math.round((each * measureMs) / tookMs));
    return {
      tookMs,
      cpuMs: Number.NaN,
      latenciesMs: Array.from({ length: count }, () => Number.NaN),
    };
  };
};

const addSessions = ({ query }: FreshDatabase, count: number) =>
  query(
    `INSERT INTO refresh_tokens (id, user_id, token_hash, generation, created_at, rotated_at, expires_at, absolute_expires_at)
     SELECT 'pgbench-' || i, 'pgbench', ${HASH}, 0, 0, 0, ${Date.now() + WEEK_MS}, ${Date.now() + WEEK_MS}
     FROM generate_series(0, ${count - 1}) i`,
  );

/** Statements prepared by name, the most that can be had; the module's are not. @param each transactions of each connection */
async function transact(url: string, connections: number, each: number): Promise<string> {
  const options = `-n -M prepared -c ${connections} -t ${each} -D now=${Date.now()} -f -`.split(
    ' ',
  );
  const running = run('pgbench', [...options, url]);
  running.child.stdin?.end(SCRIPT);
  return (await running).stdout;
}
