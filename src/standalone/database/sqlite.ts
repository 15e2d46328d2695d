import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DataSource } from 'typeorm';
import type { Environment } from '../environment/environment.js';
import type { SqliteAddress } from '../environment/database-url.js';

/** When a commit is safe: `full` once the disk has it, `normal` once the operating system has it. */
export type Synchronous = Environment['SQLITE_SYNCHRONOUS'];

/**
 * A write-ahead log. With `full` it is synced at each commit, and an answer leaves after that: a power cut takes
 * nothing that was answered. With `normal` it may take the last moments, which `recoverLostWrites` is made for.
 */
export function sqliteOptions({ type, file }: SqliteAddress, synchronous: Synchronous) {
  if (file !== ':memory:') makePrivately(file);
  return {
    type,
    database: file,
    enableWAL: file !== ':memory:',
    prepareDatabase: (database: { pragma(text: string): void }) => {
      database.pragma(`synchronous = ${synchronous}`);
    },
  };
}

/**
 * From now on nobody waits for a lock with the event loop in their hands, as the driver does; at the start that
 * kept nobody waiting. The statements of the server have a patience of their own.
 */
export async function forgetPatience(dataSource: DataSource): Promise<void> {
  await dataSource.query('PRAGMA busy_timeout = 0');
}

/** SQLite gives the log and the index beside a database the mode of the database. One that is there keeps its own. */
function makePrivately(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  closeSync(openSync(file, 'a', 0o600));
}
