import { type BatonLock, inTurn } from '../lock.js';
import { codeOf, pollUntil } from './poll.js';

/** The part of a `better-sqlite3` database that the lock uses. */
export interface LockDatabase {
  exec(sql: string): unknown;
  pragma(sql: string): unknown;
}

/**
 * A lock between processes: the exclusive transaction on a SQLite database that is used for nothing else and stays
 * empty. The operating system frees it when its holder dies, so nothing can go stale. Not for network file systems.
 *
 * @param open opens the lock's own database, once: `() => new Database('/var/lib/app/session.lock')`
 * @see https://www.sqlite.org/lockingv3.html
 */
export function sqliteLock(open: () => LockDatabase): BatonLock {
  const oneByOne = inTurn();
  let database: LockDatabase | undefined;

  const opened = (): LockDatabase => {
    if (database) return database;
    database = open();
    database.pragma('busy_timeout = 0'); // waiting inside SQLite would stop the whole process
    return database;
  };

  return {
    run: (task, signal) =>
      oneByOne(async () => {
        const held = await pollUntil(() => begin(opened()), signal);
        try {
          return await task();
        } finally {
          held.exec('ROLLBACK');
        }
      }),
  };
}

/** @returns null when somebody else holds it */
function begin(database: LockDatabase): LockDatabase | null {
  try {
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    if (String(codeOf(error)).startsWith('SQLITE_BUSY')) return null;
    throw error;
  }
}
