import { MINTED } from '../driver/minted-tokens.js';
import type { DatabaseName, FreshDatabase } from './databases.js';

const NUMBERS = {
  sqlite: (count: number) =>
    `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${count - 1})`,
  postgres: (count: number) => `WITH n(i) AS (SELECT generate_series(0, ${count - 1}))`,
};

const IDS = {
  sqlite: `printf('${MINTED}%012x', i)`,
  postgres: `'${MINTED}' || lpad(to_hex(i), 12, '0')`,
};

/** Puts sessions into the table by SQL: those that the driver mints tokens for. */
export async function seedSessions(
  database: FreshDatabase,
  kind: Exclude<DatabaseName, 'mariadb'>,
  count: number,
  userOf = `'u' || (i % 1000000)`,
): Promise<void> {
  const nowMs = Date.now();
  const columns =
    'id, user_id, token_hash, generation, parent_generation, sealed_successor, created_at, rotated_at, ' +
    'expires_at, absolute_expires_at, ip, user_agent, device_name';
  const hash = kind === 'sqlite' ? `printf('%043d', i)` : `lpad(i::text, 43, '0')`;
  await database.query(
    `INSERT INTO refresh_tokens (${columns}) ${NUMBERS[kind](count)}
     SELECT ${IDS[kind]}, ${userOf}, ${hash}, 1, 0, '${'s'.repeat(115)}', ${nowMs}, ${nowMs},
       ${nowMs + 604_800_000}, ${nowMs + 2_592_000_000}, '127.0.0.1',
       'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36', NULL FROM n`,
  );
}
