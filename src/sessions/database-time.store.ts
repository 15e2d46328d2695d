import { machineTime } from '../clock.js';
import { UnavailableError } from '../errors.js';
import { type DatabaseFamily, familyOf } from './database-family.js';
import type { SessionTable } from './session-table.js';

/** The moment of the asking, not of a transaction's begin, and without a time zone in between. */
const POSTGRES = 'CAST(extract(epoch FROM clock_timestamp()) * 1000 AS double precision)';
const MYSQL = "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6)) / 1000";
const SQLITE = "(julianday('now') - 2440587.5) * 86400000";

const NOW_MS: Readonly<Record<DatabaseFamily, string>> = {
  postgres: POSTGRES,
  mysql: MYSQL,
  sqlite: SQLITE,
};

/**
 * How to ask a database for its time, Unix milliseconds. SQLite tells the machine's; of a kind that is not known
 * here the machine's stands in.
 *
 * @returns what asks it, and throws an `UnavailableError` when it does not answer
 */
export function databaseTime(table: SessionTable): () => Promise<number> {
  const family = familyOf(table.dataSource.options.type);
  if (family === undefined) return async () => machineTime.wallMs();
  return async () => {
    const [row] = await table.run(({ manager }) =>
      manager.query<{ now_ms: unknown }[]>(`SELECT ${NOW_MS[family]} AS now_ms`),
    );
    const answer = Number(row?.now_ms);
    if (Number.isNaN(answer)) throw new UnavailableError('The database does not tell the time');
    return answer;
  };
}
