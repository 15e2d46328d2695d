/** The one connection of a SQLite database cannot be used now. Nothing was changed; whoever waits, waits on. */
export class ConnectionTakenError extends Error {
  static byTransaction(): ConnectionTakenError {
    return new ConnectionTakenError('The application holds the database in an open transaction');
  }

  static byLock(cause: unknown): ConnectionTakenError {
    return new ConnectionTakenError('The database is locked by somebody else', { cause });
  }
}

/** What `better-sqlite3` says, without a code, while the host still reads the rows of another statement. */
const READING = 'This database connection is busy executing a query';

/** Whether a statement failed because of another process, another connection, or rows that the host still reads. */
export function isLocked(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const isCoded = 'code' in error && /^SQLITE_(BUSY|LOCKED)/.test(String(error.code));
  return isCoded || ('message' in error && error.message === READING);
}
