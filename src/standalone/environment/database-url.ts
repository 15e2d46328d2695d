import { type MysqlAddress, mysqlAddress } from './mysql-url.js';
import { type PostgresAddress, postgresAddress } from './postgres-url.js';
import { UnusableUrlError, splitUrl } from './url-parameters.js';

/** A database file, or `:memory:`. */
export interface SqliteAddress {
  readonly type: 'better-sqlite3';
  readonly file: string;
}

/** A database that this server can talk to. */
export type DatabaseAddress = SqliteAddress | PostgresAddress | MysqlAddress;

const TAKES = 'takes sqlite:<file>, sqlite::memory:, postgres://… or mysql://…';

/**
 * Reads a `DATABASE_URL`.
 *
 * @throws UnusableUrlError that says what it takes, without what was given
 */
export function databaseAddress(text: string): DatabaseAddress {
  const file = /^sqlite:(.+)$/.exec(text)?.[1];
  if (file !== undefined) return sqliteAddress(file);
  const url = splitUrl(text);
  if (url === null) throw new UnusableUrlError(TAKES);
  switch (url.protocol) {
    case 'postgres:':
    case 'postgresql:':
      return postgresAddress(text, url);
    case 'mysql:':
    case 'mariadb:':
      return mysqlAddress(url);
    default:
      throw new UnusableUrlError(TAKES);
  }
}

function sqliteAddress(file: string): SqliteAddress {
  if (file.includes('?')) throw new UnusableUrlError('takes no parameters after sqlite:<file>');
  return { type: 'better-sqlite3', file };
}
