import { type DatabaseFamily, familyOf } from './database-family.js';

/**
 * In which steps the wait for a lock is counted, so that what did not wait is applied in the very millisecond in which
 * it was sent. By less than that the grace period is shorter for what did.
 */
const STEP_MS = 100;

/**
 * PostgreSQL's transaction began when the statement came; the row has been locked by the time that this is asked. Not
 * since `statement_timestamp()`, which a statement with parameters has only once it was parsed, and for that it waits
 * until nobody else has the table.
 */
const POSTGRES = 'clock_timestamp() - transaction_timestamp()';
/** `SYSDATE` is the time at which it is asked, after the row was locked; `NOW` that of the statement. */
const MYSQL = 'TIMESTAMPDIFF(MICROSECOND, NOW(6), SYSDATE(6))';

const ON_POSTGRES =
  `CAST(:sentAtMs AS bigint) + CAST(floor(extract(epoch FROM ${POSTGRES}) * ${1000 / STEP_MS}) AS bigint)` +
  ` * ${STEP_MS}`;
const ON_MYSQL = `:sentAtMs + ${MYSQL} DIV ${STEP_MS * 1000} * ${STEP_MS}`;

const AS_SENT = ':sentAtMs';

const SWAPPED_AT_MS: Readonly<Record<DatabaseFamily, string>> = {
  postgres: ON_POSTGRES,
  mysql: ON_MYSQL,
  sqlite: AS_SENT,
};

/**
 * When a swap is applied, in SQL: the grace period begins then, however long the statement waited for another one's
 * lock.
 *
 * @param kind the type of the data source; where it is not known here, and on SQLite, nothing waits in the statement
 */
export function swappedAtMs(kind: string): string {
  const family = familyOf(kind);
  return family === undefined ? AS_SENT : SWAPPED_AT_MS[family];
}
