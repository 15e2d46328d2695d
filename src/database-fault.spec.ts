import { QueryFailedError } from 'typeorm';
import { faultOf } from './database-fault.js';

/** What TypeORM throws when a driver has thrown this. */
function failed(message: string, properties: object): QueryFailedError {
  return new QueryFailedError('SELECT 1', [], Object.assign(new Error(message), properties));
}

/** @see issue 11 */
it.each([
  ['absent', 'connect ECONNREFUSED 127.0.0.1:5432', { code: 'ECONNREFUSED' }],
  ['absent', 'terminating connection due to administrator command', { code: '57P01' }],
  ['absent', 'canceling statement due to statement timeout', { code: '57014' }],
  ['absent', 'sorry, too many clients already', { code: '53300' }],
  ['absent', 'permission denied for table refresh_tokens', { code: '42501' }],
  ['absent', 'Lock wait timeout exceeded', { code: 'ER_LOCK_WAIT_TIMEOUT', sqlState: 'HY000' }],
  ['absent', 'command denied', { code: 'ER_TABLEACCESS_DENIED_ERROR', sqlState: '42000' }],
  ['absent', 'database is locked', { code: 'SQLITE_BUSY' }],
  ['absent', 'disk I/O error', { code: 'SQLITE_IOERR_WRITE' }],
  ['read-only', 'cannot execute UPDATE in a read-only transaction', { code: '25006' }],
  ['read-only', 'running with --read-only', { code: 'ER_OPTION_PREVENTS_STATEMENT', errno: 1290 }],
  ['read-only', 'Running in read-only mode', { code: 'ER_READ_ONLY_MODE', errno: 1836 }],
  ['read-only', 'attempt to write a readonly database', { code: 'SQLITE_READONLY' }],
  ['full', 'database or disk is full', { code: 'SQLITE_FULL' }],
  ['full', 'could not extend file "base/5/1": No space left on device', { code: '53100' }],
  ['full', "The table 'refresh_tokens' is full", { code: 'ER_RECORD_FILE_FULL', errno: 1114 }],
  ['full', 'Disk full (/tmp/a.MAI)', { code: 'ER_DISK_FULL', errno: 1021 }],
  [
    'full',
    'Got error 28 "No space left on device" from storage engine InnoDB',
    { code: 'ER_GET_ERRNO' },
  ],
  ['full', `Error writing file './baton.log' (Errcode: 28 "No space")`, { code: 'EE_WRITE' }],
  ['no-table', 'relation "refresh_tokens" does not exist', { code: '42P01' }],
  ['no-table', "Table 'a.refresh_tokens' doesn't exist", { code: 'ER_NO_SUCH_TABLE' }],
  ['no-table', 'no such table: refresh_tokens', { code: 'SQLITE_ERROR' }],
  ['no-column', 'column "confirmed_at" does not exist', { code: '42703' }],
  ['no-column', "Unknown column 'confirmed_at'", { code: 'ER_BAD_FIELD_ERROR' }],
  ['no-column', 'no such column: confirmed_at', { code: 'SQLITE_ERROR' }],
  ['no-column', 'table refresh_tokens has no column named ip', { code: 'SQLITE_ERROR' }],
] as const)('%s, in the words of the driver: %s', (kind, sentence, properties) => {
  const { code } = properties;
  expect(faultOf(failed(sentence, properties))).toMatchObject({ kind, code, sentence });
});

it.each([
  ['statement', 'value too long for type character varying(64)', { code: '22001' }],
  ['text', 'invalid byte sequence: ann', { code: '22021' }],
  ['text', 'character "ann" has no equivalent in encoding "LATIN1"', { code: '22P05' }],
  ['text', 'Illegal mix of collations', { code: 'ER_CANT_AGGREGATE_2COLLATIONS' }],
  ['text', "Incorrect string value: 'ann'", { code: 'ER_TRUNCATED_WRONG_VALUE_FOR_FIELD' }],
  ['statement', 'syntax error at or near "ann"', { code: '42601' }],
  ['statement', "Data too long for 'ann'", { code: 'ER_DATA_TOO_LONG', sqlState: '22001' }],
  ['statement', "syntax near 'ann'", { code: 'ER_PARSE_ERROR', sqlState: '42000' }],
  ['statement', 'Incorrect ann', { code: 'ER_TRUNCATED_WRONG_VALUE_FOR_FIELD', sqlState: 'HY000' }],
  ['statement', 'near "ann": syntax error', { code: 'SQLITE_ERROR' }],
  ['statement', 'NOT NULL constraint failed', { code: 'SQLITE_CONSTRAINT_NOTNULL' }],
  ['conflict', 'duplicate key value', { code: '23505' }],
  ['conflict', "Duplicate entry 'Got error 28'", { code: 'ER_DUP_ENTRY', sqlState: '23000' }],
  ['conflict', "Duplicate entry 'ann'", { code: 'ER_DUP_ENTRY', sqlState: '23000' }],
  ['conflict', 'UNIQUE constraint failed', { code: 'SQLITE_CONSTRAINT_UNIQUE' }],
] as const)('%s, without the words, which may hold values: %s', (kind, words, properties) => {
  expect(faultOf(failed(words, properties))).toMatchObject({ kind, sentence: null });
});

it.each([
  [{ code: '25006' }, 'x', true],
  [{ code: 'ER_OPTION_PREVENTS_STATEMENT' }, 'x', true],
  [{}, 'Query read timeout', true],
  [{ code: 'PROTOCOL_SEQUENCE_TIMEOUT' }, 'Query inactivity timeout', true],
  [{ code: '57014' }, 'canceling statement due to statement timeout', false],
  [{ code: '23505' }, 'x', false],
] as const)('whether a connection may not be used again after %j', (properties, words, spoils) => {
  expect(faultOf(failed(words, properties)).spoilsConnection).toBe(spoils);
});

it('reads the first of several addresses that were tried', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED ::1:5432'), {
    code: 'ECONNREFUSED',
  });
  expect(faultOf(new AggregateError([refused])).code).toBe('ECONNREFUSED');
});

it('what is no error at all is an absence', () => {
  expect(faultOf('gone')).toEqual({
    kind: 'absent',
    code: 'unknown',
    sentence: null,
    spoilsConnection: false,
    isCollision: false,
  });
});

/** @see issue 15 */
it.each([
  [{ code: '40001' }, true],
  [{ code: '40P01' }, true],
  [{ code: '55P03' }, true],
  [{ code: 'ER_LOCK_DEADLOCK' }, true],
  [{ code: 'ER_LOCK_WAIT_TIMEOUT' }, true],
  [{ code: 'ER_CHECKREAD' }, true],
  [{ code: '57014' }, false],
  [{ code: '40003' }, false],
] as const)('%j is a collision: %s', (properties, isCollision) => {
  expect(faultOf(failed('x', properties)).isCollision).toBe(isCollision);
});
