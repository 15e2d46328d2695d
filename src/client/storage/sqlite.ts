import { type BatonLock, inTurn } from '../lock.js';
import { type LockDatabase, sqliteLock } from '../lock/sqlite.js';
import type { BatonStorage } from '../storage.js';

/** The part of a `better-sqlite3` database that is used; `better-sqlite3-multiple-ciphers` has the same. */
export interface SqliteDatabase extends LockDatabase {
  /** The path of its file. */
  readonly name: string;
  readonly memory: boolean;
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
  readonly name?: string;
  /** What excludes other processes. @default `sqliteLock` on a database beside this one: `<path>.lock` */
  readonly lock?: BatonLock;
}

/** Keeps the session in a table of a SQLite database. */
export function sqliteStorage({ db, name = 'session', lock }: SqliteStorageOptions): BatonStorage {
  let isReady = false;

  /** Not before it is needed: a database that fails then is an error of that call. */
  const run = (sql: string): SqliteStatement => {
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

  return {
    lock: lock ?? (db.memory ? { run: inTurn() } : sqliteLock(() => besides(db))),
    read() {
      const row = run('SELECT value FROM nestjs_baton WHERE name = ?').get(name);
      const { value = null }: { readonly value?: string | null } = Object(row);
      return value;
    },
    write(value) {
      run(
        'INSERT INTO nestjs_baton VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
      ).run(name, value);
    },
    remove() {
      run('DELETE FROM nestjs_baton WHERE name = ?').run(name);
    },
  };
}

/** A transaction of hours must not be the application's own, so the lock has a database to itself. */
function besides(db: SqliteDatabase): LockDatabase {
  return Reflect.construct(db.constructor, [`${db.name}.lock`]);
}
