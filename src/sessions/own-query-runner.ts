import { setTimeout as sleep } from 'node:timers/promises';
import {
  type DataSource,
  type EntityManager,
  QueryFailedError,
  type QueryResult,
  type QueryRunner,
} from 'typeorm';
import { databaseAnswer } from '../database-answer.js';
import { UnavailableError } from '../errors.js';
import { onBoundedConnection } from './bounded-connection.js';
import { ConnectionTakenError, isLocked } from './connection-taken.js';
import { settle } from './late-number.js';
import { repeatCollisions } from './repeat-collisions.js';
import { SharedCommit, type SynchronousConnection } from './shared-commit.js';
import { PATIENCE_MS, POLL_MS, WaitingLine } from './waiting-line.js';

/**
 * A query runner for statements of the module's own, on the master. On SQLite the application has the same
 * connection, and what is said while a transaction of the application is open ends as that ends: there each
 * statement waits until none is, and is committed when it is answered.
 *
 * @throws UnavailableError from its statements when the application, or another process, does not let go of the
 * database in time; nothing was done then
 */
export function createOwnQueryRunner(dataSource: DataSource): QueryRunner {
  const runner = dataSource.createQueryRunner('master');
  const queryOn = TURN_TAKING[dataSource.options.type];
  if (queryOn === undefined) return runner;
  const known = ownRunners.get(runner);
  if (known !== undefined) return known;
  const own = withQuery(dataSource, runner, queryOn(dataSource, runner));
  ownRunners.set(runner, own);
  return own;
}

/** Runs one statement of the module. */
type Query = (sql: string, values: readonly unknown[]) => Promise<QueryResult>;

/** How a statement takes its turn on the one connection of a SQLite database, by the kind of data source. */
const TURN_TAKING: Readonly<Record<string, (source: DataSource, runner: QueryRunner) => Query>> = {
  'better-sqlite3': synchronousQuery,
  sqlite: asynchronousQuery,
};

/** By the query runner that TypeORM has for a connection; there is one of it where there is one connection. */
const ownRunners = new WeakMap<QueryRunner, QueryRunner>();

/**
 * Runs a statement on a query runner of the module's own, and gives that back.
 *
 * @throws UnavailableError when the database does not do as it is told
 */
export function runOnOwn<Answer>(
  dataSource: DataSource,
  statement: (runner: QueryRunner) => Promise<Answer>,
): Promise<Answer> {
  return databaseAnswer(onOwn(dataSource, statement));
}

async function onOwn<Answer>(
  dataSource: DataSource,
  statement: (runner: QueryRunner) => Promise<Answer>,
): Promise<Answer> {
  // A host may connect later than it starts, with `manualInitialization`.
  if (!dataSource.isInitialized) throw new Error('The data source is not initialized');
  if (!hasOneConnection(dataSource)) {
    return repeatCollisions(() => onBoundedConnection(dataSource, statement));
  }
  const runner = createOwnQueryRunner(dataSource);
  try {
    return await statement(runner);
  } finally {
    await runner.release();
  }
}

/** Whether the module shares one connection with the application, as on SQLite. */
export function hasOneConnection(dataSource: DataSource): boolean {
  return dataSource.options.type in TURN_TAKING;
}

/**
 * Runs statements as one transaction, which on SQLite is no part of one of the application either. Where another
 * process has the file locked, they are run again once it is free; and where statements of others collide with
 * them, too.
 *
 * @throws UnavailableError when the database does not do as it is told; everything is undone then
 */
export function transactionOnOwn<Answer>(
  dataSource: DataSource,
  statements: (manager: EntityManager) => Promise<Answer>,
): Promise<Answer> {
  const run = (): Promise<Answer> => dataSource.transaction(statements);
  if (hasOneConnection(dataSource))
    return databaseAnswer(untilUnlocked(() => inTurn(dataSource, run)));
  const runInPool = (): Promise<Answer> =>
    onBoundedConnection(dataSource, ({ manager }) => manager.transaction(statements));
  return databaseAnswer(repeatCollisions(runInPool));
}

/** From the look at the runner on it is TypeORM's that keeps others from beginning. */
async function inTurn<Answer>(dataSource: DataSource, run: () => Promise<Answer>): Promise<Answer> {
  do await createOwnQueryRunner(dataSource).query('SELECT 1');
  while (dataSource.createQueryRunner().isTransactionActive);
  return run();
}

/** The same query runner, but for what it does with a statement. */
function withQuery(dataSource: DataSource, runner: QueryRunner, query: Query): QueryRunner {
  const own: QueryRunner = Object.create(runner, {
    query: {
      value: async (sql: string, values: readonly unknown[] = [], structured = false) => {
        const result = await query(sql, values);
        return structured ? result : result.raw;
      },
    },
  });
  return Object.defineProperty(own, 'manager', { value: dataSource.createEntityManager(own) });
}

/** On a driver that answers at once. TypeORM's query runner takes steps that others can come between. */
function synchronousQuery(dataSource: DataSource, runner: QueryRunner): Query {
  let shared: SharedCommit | undefined;
  const serve = (): void => shared?.serve();
  dataSource.subscribers.push({ afterTransactionCommit: serve, afterTransactionRollback: serve });
  return async (sql, given) => {
    const connection: SynchronousConnection = await runner.connect();
    if (shared?.connection !== connection) shared = new SharedCommit(connection);
    // The driver takes no booleans.
    const values = given.map((value) => (typeof value === 'boolean' ? Number(value) : value));
    dataSource.logger.logQuery(sql, settle(values), runner);
    try {
      return await shared.run(sql, values);
    } catch (error) {
      if (error instanceof UnavailableError || !isError(error)) throw error;
      dataSource.logger.logQueryError(error, sql, settle(values), runner);
      throw new QueryFailedError(sql, settle(values), error);
    }
  };
}

/** On `sqlite3`, which works in other threads: a transaction of the application waits for our statements, too. */
function asynchronousQuery(dataSource: DataSource, runner: QueryRunner): Query {
  const underWay = new Set<Promise<unknown>>();
  const line = new WaitingLine((all: readonly (() => Promise<QueryResult>)[]) => {
    if (runner.isTransactionActive) throw ConnectionTakenError.byTransaction();
    return all.map((start) => {
      const answer = start();
      const ended = answer.catch(() => {}).finally(() => underWay.delete(ended));
      underWay.add(ended);
      return answer;
    });
  });
  const serve = (): void => line.serve();
  dataSource.subscribers.push({
    beforeTransactionStart: () => Promise.all(underWay),
    afterTransactionCommit: serve,
    afterTransactionRollback: serve,
  });
  return (sql, values) =>
    untilUnlocked(() => line.ask(() => runner.query(sql, settle(values), true)));
}

/** The driver has its own patience with a lock, in another thread; ours is longer. */
async function untilUnlocked<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (const untilMs = performance.now() + PATIENCE_MS; ; await sleep(POLL_MS)) {
    try {
      return await ask();
    } catch (error) {
      if (!isLocked(error)) throw error;
      if (performance.now() < untilMs) continue;
      throw new UnavailableError(ConnectionTakenError.byLock(error).message, error);
    }
  }
}

/** The driver's errors are no instances of `Error` where a test runner has one of its own. */
function isError(error: unknown): error is Error {
  return typeof error === 'object' && error !== null && 'message' in error;
}
