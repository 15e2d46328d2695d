import { type BatonLock, inTurn } from '../lock.js';
import { codeOf, pollUntil } from '../lock/poll.js';
import { type LockDatabase, sqliteLock } from '../lock/sqlite.js';
import type { BatonStorage } from '../storage.js';

/** The part of a `better-sqlite3` database that is used; `better-sqlite3-multiple-ciphers` has the same. */
export interface SqliteDatabase extends LockDatabase {
  /** The path of its file. */
  readonly name: string;
  readonly memory: boolean;
  readonly inTransaction: boolean;
  prepare(sql: string): SqliteStatement;
}

/** The part of a prepared statement that is used. */
export interface SqliteStatement {
  get(...values: string[]): unknown;
  run(...values: string[]): unknown;
}

/** What `sqliteStorage` is told. */
export interface SqliteStorageOptions {
  /** An open database. Its `synchronous` is set to `FULL`, its `secure_delete` to on. */
  readonly db: SqliteDatabase;
  /** Which of several sessions in the table `nestjs_baton`. @default 'session' */
  readonly name?: string | undefined;
  /** What excludes other processes. @default `sqliteLock` on a database beside this one: `<path>.lock` */
  readonly lock?: BatonLock | undefined;
}

/** So long a verb waits, before it throws, for a transaction of the application's and for other processes. */
const LONGEST_WAIT_MS = 1500;

/**
 * Keeps the session in a table of a SQLite database. Never inside a transaction that the application has open on the
 * same connection, which may be rolled back, and never standing the event loop still for another process's lock: each
 * verb waits for a moment, and then throws.
 */
export function sqliteStorage({ db, name = 'session', lock }: SqliteStorageOptions): BatonStorage {
  let isReady = false;

  /** Not before it is needed: a database that fails then is an error of that call. */
  const statement = (sql: string): SqliteStatement => {
    if (!isReady) {
      db.pragma('synchronous = FULL');
      db.pragma('secure_delete = ON');
      db.exec(
        'CREATE TABLE IF NOT EXISTS nestjs_baton (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT',
      );
      isReady = true;
    }
    return db.prepare(sql);
  };

  const run = async (verb: () => unknown): Promise<unknown> => {
    const tryOnce = () => (db.inTransaction ? null : withoutWaiting(db, verb));
    const { done } = await pollUntil(tryOnce, AbortSignal.timeout(LONGEST_WAIT_MS));
    return done;
  };

  return {
    lock: lock ?? (db.memory ? { run: inTurn() } : sqliteLock(() => besides(db))),
    async read() {
      const row = await run(() =>
        statement('SELECT value FROM nestjs_baton WHERE name = ?').get(name),
      );
      const { value = null }: { readonly value?: string | null } = Object(row);
      return value;
    },
    async write(value) {
      await run(() =>
        statement(
          'INSERT INTO nestjs_baton VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
        ).run(name, value),
      );
    },
    async remove() {
      await run(() => statement('DELETE FROM nestjs_baton WHERE name = ?').run(name));
    },
  };
}

/** Does not wait inside SQLite, which would stop the whole process. @returns null when somebody else has the lock */
function withoutWaiting(db: LockDatabase, verb: () => unknown): { readonly done: unknown } | null {
  const [before] = Object.values(db.pragma('busy_timeout') ?? []);
  db.pragma('busy_timeout = 0');
  try {
    return { done: verb() };
  } catch (error) {
    if (String(codeOf(error)).startsWith('SQLITE_BUSY')) return null;
    throw error;
  } finally {
    db.pragma(`busy_timeout = ${Number(Object(before).timeout)}`);
  }
}

/** A transaction of hours must not be the application's own, so the lock has a database to itself. */
function besides(db: SqliteDatabase): LockDatabase {
  return Reflect.construct(db.constructor, [`${db.name}.lock`]);
}
