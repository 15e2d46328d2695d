import { machineTime } from '../clock.js';
import { LateNumber } from './late-number.js';

/** What is added to the moment of the asking, so that what answers at once is as late as the clock says. */
const STEP_MS = 1000;

/** PostgreSQL's statement began when it was sent; the row has been locked by the time that this is asked. */
const POSTGRES = 'clock_timestamp() - statement_timestamp()';
/** `SYSDATE` is the time at which it is asked, after the row was locked; `NOW` that of the statement. */
const MYSQL = 'TIMESTAMPDIFF(SECOND, NOW(6), SYSDATE(6))';

const ON_POSTGRES = `CAST(:sentAtMs AS bigint) + CAST(floor(extract(epoch FROM ${POSTGRES})) AS bigint) * ${STEP_MS}`;
const ON_MYSQL = `:sentAtMs + ${MYSQL} * ${STEP_MS}`;

const SWAPPED_AT_MS: Readonly<Record<string, string>> = {
  postgres: ON_POSTGRES,
  'aurora-postgres': ON_POSTGRES,
  cockroachdb: ON_POSTGRES,
  mysql: ON_MYSQL,
  mariadb: ON_MYSQL,
  'aurora-mysql': ON_MYSQL,
};

/**
 * When a swap is applied, in SQL: the grace period begins then, however long the statement waited for another one's
 * lock. In whole seconds after `:sentAtMs`.
 *
 * @param kind the type of the data source; where it is not known here, and on SQLite, nothing waits in the statement
 */
export function swappedAtMs(kind: string): string {
  return SWAPPED_AT_MS[kind] ?? ':sentAtMs';
}

/**
 * When a statement is sent that was asked for just now: it may wait for a connection, for the end of an
 * application's transaction, and be repeated. In whole seconds after the asking.
 *
 * @param askedAtMs now, by the module's clock. Unix milliseconds
 */
export function sentAtMs(askedAtMs: number, { monotonicMs } = machineTime): LateNumber {
  const beganMs = monotonicMs();
  return new LateNumber(
    () => askedAtMs + Math.floor((monotonicMs() - beganMs) / STEP_MS) * STEP_MS,
  );
}
