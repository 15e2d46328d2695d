import mysql, { type Pool, type PoolConnection, type PoolOptions } from 'mysql2';

/** How long a connection may take, and a statement on it. */
interface MysqlBounds {
  /** How long a statement may wait for a connection, which `mysql2` itself does for ever. Milliseconds. */
  readonly waitMs: number;
  /** How long the server may work on a statement; 0 for no bound. Milliseconds. */
  readonly statementMs: number;
}

/** How long a statement may wait for another one's lock. Seconds. */
const LOCK_SECONDS = 5;

/**
 * What each connection is told before it is used. `mysql2` escapes with backslashes, so a mode in which they
 * mean nothing would let a user name write SQL; without strict mode values are cut in silence.
 * Each of the two servers reads a comment of its own, for each has a name of its own for the bound.
 */
const sessionOf = (statementMs: number): string =>
  `SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION',
  innodb_lock_wait_timeout = ${LOCK_SECONDS}
  /*M! , max_statement_time = ${statementMs / 1000} */
  /*!50708 , max_execution_time = ${statementMs} */`;

type Answer = (error: Error | null, connection?: PoolConnection) => void;

/** `mysql2` as TypeORM is to use it. */
export function mysqlDriver({ waitMs, statementMs }: MysqlBounds): {
  createPool(options: PoolOptions): Pool;
} {
  const sql = sessionOf(statementMs);
  return {
    createPool: (options) => {
      const pool = mysql.createPool(options);
      const take = pool.getConnection.bind(pool);
      const prepared = new WeakSet<PoolConnection>();
      const getConnection = (answer: Answer): void => {
        const inTime = within(waitMs, answer);
        take((error, connection) => {
          if (error !== null || prepared.has(connection)) return inTime(error, connection);
          connection.query({ sql, timeout: waitMs }, (refusal) => {
            if (refusal === null) prepared.add(connection);
            else connection.destroy();
            inTime(refusal, connection);
          });
        });
      };
      return Object.assign(pool, { getConnection });
    },
  };
}

/** Answers once. A connection that comes too late goes back. */
function within(waitMs: number, answer: Answer): Answer {
  let isLate = false;
  const impatience = setTimeout(() => {
    isLate = true;
    answer(new Error('No connection is free'));
  }, waitMs);
  return (error, connection) => {
    clearTimeout(impatience);
    if (!isLate) answer(error, connection);
    else if (error === null) connection?.release();
  };
}
