import { codeOf } from '../lock/poll.js';
import type { BatonStorage } from '../storage.js';
import { checkKey } from './sealed.js';
import { type SqliteDatabase, type SqliteStorageOptions, sqliteStorage } from './sqlite.js';

/** The part of a `better-sqlite3-multiple-ciphers` database that is used. */
export interface SqlcipherDatabase extends SqliteDatabase {
  key(key: Buffer): unknown;
}

/** What `sqlcipherStorage` is told. */
export interface SqlcipherStorageOptions extends SqliteStorageOptions {
  /** A database that was just opened and has not been given a key. */
  readonly db: SqlcipherDatabase;
  /**
   * 32 random bytes, kept elsewhere: a keychain, the environment. Or a passphrase, which is as strong as it is long;
   * deriving the key from it (PBKDF2, 256,000 rounds) takes some 0.3 s of every start.
   */
  readonly key: Uint8Array | string;
}

/**
 * Keeps the session in a table of a database that is encrypted as SQLCipher 4 does it: every page of the file, its
 * journal and its write-ahead log by AES-256 with an HMAC. A database that is open already, key and all, goes to
 * `sqliteStorage` instead.
 *
 * @throws RangeError when a raw key has not 32 bytes, or a passphrase none
 * @throws TypeError when the database comes from a package that cannot encrypt; with a wrong key every verb throws
 * @see https://www.zetetic.net/sqlcipher/design/
 */
export function sqlcipherStorage({ key, ...options }: SqlcipherStorageOptions): BatonStorage {
  const { db } = options;
  const bytes = keyOf(key);
  const storage = sqliteStorage(options);

  const unlock = () => {
    db.pragma("cipher = 'sqlcipher'");
    db.pragma('legacy = 4');
    db.key(bytes); // not a pragma, which a `verbose` database would log
  };
  /** Of two processes that make the file, one has a salt that is not the file's, until it unlocks it again. */
  const unlocked = async <Result>(verb: () => Result | Promise<Result>): Promise<Result> => {
    try {
      return await verb();
    } catch (error) {
      if (codeOf(error) !== 'SQLITE_NOTADB') throw error;
      unlock();
      return verb();
    }
  };

  unlock();
  return {
    ...storage,
    read: () => unlocked(() => storage.read()),
    write: (value) => unlocked(() => storage.write(value)),
    remove: () => unlocked(() => storage.remove()),
  };
}

/** SQLCipher takes `x'…'` for the key itself and anything else for a passphrase. */
function keyOf(key: Uint8Array | string): Buffer {
  if (typeof key !== 'string') {
    checkKey(key);
    return Buffer.from(`x'${Buffer.from(key).toString('hex')}'`);
  }
  if (!key) throw new RangeError('The passphrase is empty'); // SQLite would not encrypt
  return Buffer.from(key);
}
