import Database from 'better-sqlite3';

const SEALED = 's'.repeat(115);

/** The same tables, indexes and rows in a file of their own, so that neither waits for the other. */
function copyOf(file: string): Database.Database {
  const copy = `${file}.bare`;
  const original = new Database(file);
  original.prepare('VACUUM INTO ?').run(copy);
  original.close();
  const database = new Database(copy);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  return database;
}

/**
 * @param file a database whose table of sessions has one row
 * @returns the swap of a rotation as a prepared statement of better-sqlite3 and nothing else
 */
export function bareUpdate(file: string): () => void {
  const database = copyOf(file);
  const swap = database.prepare(
    `UPDATE refresh_tokens SET token_hash = ?, generation = ?, parent_generation = ?, sealed_successor = ?,
     rotated_at = ?, confirmed_at = NULL, expires_at = ?
     WHERE id = ? AND token_hash = ? AND revoked_at IS NULL AND expires_at > ?`,
  );
  const row = database
    .prepare<[], { id: string; token_hash: string }>('SELECT id, token_hash FROM refresh_tokens')
    .get();
  if (row === undefined) throw new Error('There is no session');
  let [live, other] = [row.token_hash, 'y'.repeat(43)];
  let generation = 1;
  return () => {
    const now = Date.now();
    const { changes } = swap.run(
      other,
      generation,
      generation - 1,
      SEALED,
      now,
      now + 604_800_000,
      row.id,
      live,
      now,
    );
    if (changes !== 1) throw new Error('The bare swap missed');
    [live, other] = [other, live];
    generation += 1;
  };
}
