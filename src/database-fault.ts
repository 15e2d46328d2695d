/**
 * What a failed statement says of the database.
 *
 * - `absent`: it cannot be reached, does not answer in time, or cannot work now; repeating is right
 * - `read-only`: it was demoted, or its file may not be written
 * - `full`: its disk, or the room that it was given, has no place for what is written
 * - `no-table`, `no-column`: its schema is not the one of this version
 * - `no-entity`: the application has not told TypeORM of the table
 * - `conflict`: a row with that key is there already
 * - `text`: a value has characters that the database, or the table, has no place for
 * - `statement`: the statement or its values are at fault, and will be the next time
 */
export type DatabaseFaultKind =
  | 'absent'
  | 'read-only'
  | 'full'
  | 'no-table'
  | 'no-column'
  | 'no-entity'
  | 'conflict'
  | 'text'
  | 'statement';

/** A failure of a driver, without anything that a request held. */
export interface DatabaseFault {
  readonly kind: DatabaseFaultKind;
  /** The driver's code: `42P01`, `ER_NO_SUCH_TABLE`, `SQLITE_BUSY`, `ECONNREFUSED`; else the error's name. */
  readonly code: string;
  /** The driver's words, where they name servers, tables and columns only; null where they repeat values. */
  readonly sentence: string | null;
  /** Whether the connection may not be used again: it leads to a demoted server, or still owes an answer. */
  readonly spoilsConnection: boolean;
  /** Whether it was undone only because of somebody else's statement: repeating it at once is right. */
  readonly isCollision: boolean;
}

/** Serialisation failure, deadlock, a lock that was not given in time; Galera says of a certification the same. */
const COLLISIONS: readonly string[] = [
  '40001',
  '40P01',
  '55P03',
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_CHECKREAD',
];

const KINDS: Readonly<Record<string, DatabaseFaultKind>> = {
  '42P01': 'no-table',
  ER_NO_SUCH_TABLE: 'no-table',
  '42703': 'no-column',
  ER_BAD_FIELD_ERROR: 'no-column',
  EntityMetadataNotFoundError: 'no-entity',
  '25006': 'read-only',
  ER_OPTION_PREVENTS_STATEMENT: 'read-only',
  ER_READ_ONLY_MODE: 'read-only',
  ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION: 'read-only',
  '53100': 'full',
  ER_DISK_FULL: 'full',
  ER_RECORD_FILE_FULL: 'full',
  SQLITE_FULL: 'full',
  '23505': 'conflict',
  ER_DUP_ENTRY: 'conflict',
  SQLITE_CONSTRAINT_UNIQUE: 'conflict',
  SQLITE_CONSTRAINT_PRIMARYKEY: 'conflict',
  '22021': 'text',
  '22P05': 'text',
  ER_CANT_AGGREGATE_2COLLATIONS: 'text',
  ER_CANNOT_CONVERT_STRING: 'text',
  // Not the statement's fault: what this server's account may do.
  '42501': 'absent',
  ER_DBACCESS_DENIED_ERROR: 'absent',
  ER_TABLEACCESS_DENIED_ERROR: 'absent',
  ER_COLUMNACCESS_DENIED_ERROR: 'absent',
  // MySQL has no SQLSTATE of their own for these.
  ER_NO_DEFAULT_FOR_FIELD: 'statement',
  ER_TRUNCATED_WRONG_VALUE_FOR_FIELD: 'statement',
};

/** SQLite tells these by their words only. */
const SQLITE_WORDS: readonly [RegExp, DatabaseFaultKind][] = [
  [/no such table/, 'no-table'],
  [/no such column|has no column named/, 'no-column'],
];

/** MySQL has many codes for what files do, and the errno of the system in its words: 28 is `ENOSPC`. */
const NO_SPACE = /^Got error 28\b|^(?:Error writing|Can't create\/write to) file .*Errcode: 28\b/;

/** MySQL has one code for these and for numbers that are none. */
const INCORRECT_STRING = /^Incorrect string value/;

/** Feature not supported, cardinality, data, constraints, syntax. @see ISO 9075-2, the classes of SQLSTATE */
const STATEMENT_CLASSES = /^(0A|21|22|23|42)/;
const SQLITE_STATEMENT = /^SQLITE_(ERROR|CONSTRAINT|MISMATCH|TOOBIG|RANGE|MISUSE)/;
const NO_ANSWER = /^Query (read|inactivity) timeout$/;

/** What went wrong, read from whatever a driver or TypeORM has thrown. */
export function faultOf(error: unknown): DatabaseFault {
  const cause = driverErrorOf(error);
  const message = textOf(cause, 'message') ?? '';
  const code = textOf(cause, 'code') ?? textOf(cause, 'name') ?? 'unknown';
  const kind = kindOf(code, textOf(cause, 'sqlState'), message);
  const repeatsValues = ['statement', 'conflict', 'text'].includes(kind);
  return {
    kind,
    code,
    sentence: repeatsValues || message === '' ? null : message,
    spoilsConnection: kind === 'read-only' || NO_ANSWER.test(message),
    isCollision: COLLISIONS.includes(code),
  };
}

function kindOf(code: string, sqlState: string | undefined, message: string): DatabaseFaultKind {
  if (INCORRECT_STRING.test(message)) return 'text';
  const known = KINDS[code];
  if (known !== undefined) return known;
  if (NO_SPACE.test(message)) return 'full';
  if (code.startsWith('SQLITE_')) return kindOnSqlite(code, message);
  // Better-sqlite3 refuses values of a type that SQLite has not.
  if (code === 'TypeError' || code === 'RangeError') return 'statement';
  const state = sqlState ?? (/^[\dA-Z]{5}$/.test(code) ? code : '');
  return STATEMENT_CLASSES.test(state) ? 'statement' : 'absent';
}

function kindOnSqlite(code: string, message: string): DatabaseFaultKind {
  if (code.startsWith('SQLITE_READONLY')) return 'read-only';
  const said = SQLITE_WORDS.find(([words]) => words.test(message));
  if (said !== undefined) return said[1];
  return SQLITE_STATEMENT.test(code) ? 'statement' : 'absent';
}

/** TypeORM wraps it; a host with several addresses fails once for each, and the first tells enough. */
function driverErrorOf(error: unknown): unknown {
  if (error instanceof AggregateError) return driverErrorOf(error.errors[0]);
  const wrapped = propertyOf(error, 'driverError');
  return typeof wrapped === 'object' && wrapped !== null ? wrapped : error;
}

function textOf(error: unknown, property: string): string | undefined {
  const value = propertyOf(error, property);
  return typeof value === 'string' ? value : undefined;
}

/** Where a test runner has an `Error` of its own, those of drivers are no instances of it. */
function propertyOf(error: unknown, property: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, property) : undefined;
}
