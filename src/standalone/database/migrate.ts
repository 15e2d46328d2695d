import { type DataSource, MigrationExecutor, type QueryRunner } from 'typeorm';
import { isLocked } from '../../sessions/connection-taken.js';
import type { DatabaseAddress } from '../environment/database-url.js';

/** Any number that no other program takes; the same for every release. */
const POSTGRES_LOCK = 1_764_000_000;
/** Locks of MySQL are the server's, not the database's, and their names are short. */
const MYSQL_LOCK = "CONCAT('nestjs-baton ', MD5(DATABASE()))";
/** How long another instance may take for its migrations: a large table takes its time. */
const PATIENCE_SECONDS = 600;

type Migrate = (runner: QueryRunner, run: () => Promise<unknown>) => Promise<unknown>;

const ALONE: Readonly<Record<DatabaseAddress['type'], Migrate>> = {
  'better-sqlite3': withFileLocked,
  postgres: inOneTransaction,
  mysql: withNamedLock,
};

/**
 * Runs the migrations that have not been run, while no other instance does: of those that start at once the first
 * one runs them, and the others find them done.
 *
 * @throws what the database says, when it does not do as it is told
 */
export async function migrate(
  dataSource: DataSource,
  type: DatabaseAddress['type'],
): Promise<void> {
  const runner = dataSource.createQueryRunner();
  const executor = new MigrationExecutor(dataSource, runner);
  // What has to hold together is held together here.
  executor.transaction = 'none';
  try {
    await ALONE[type](runner, () => executor.executePendingMigrations());
  } finally {
    await runner.release();
  }
}

/** The lock ends with the transaction, so that a pooler which gives each one another connection can be between. */
async function inOneTransaction(...[runner, run]: Parameters<Migrate>): Promise<void> {
  // Each statement is to see what was committed while the lock was waited for.
  await runner.startTransaction('READ COMMITTED');
  try {
    await runner.query(`SET LOCAL lock_timeout = '${PATIENCE_SECONDS}s'`);
    await runner.query(`SELECT pg_advisory_xact_lock(${POSTGRES_LOCK})`);
    await run();
    await runner.commitTransaction();
  } catch (error) {
    await runner.rollbackTransaction();
    throw error;
  }
}

async function withNamedLock(...[runner, run]: Parameters<Migrate>): Promise<void> {
  const take = `SELECT GET_LOCK(${MYSQL_LOCK}, ${PATIENCE_SECONDS}) AS taken`;
  const [answer] = await runner.manager.query<{ taken: unknown }[]>(take);
  if (Number(answer?.taken) !== 1) throw new Error('Another instance does not end its migrations');
  try {
    await run();
  } finally {
    await runner.query(`DO RELEASE_LOCK(${MYSQL_LOCK})`);
  }
}

/** The lock is that of a transaction which writes. TypeORM's begin as readers, and two of them find the same. */
async function withFileLocked(...[runner, run]: Parameters<Migrate>): Promise<void> {
  await untilUnlocked(() => runner.query('BEGIN IMMEDIATE'));
  try {
    await run();
    await runner.query('COMMIT');
  } catch (error) {
    await runner.query('ROLLBACK');
    throw error;
  }
}

/** The driver waits for five seconds each time. */
async function untilUnlocked(begin: () => Promise<unknown>): Promise<void> {
  for (const untilMs = performance.now() + PATIENCE_SECONDS * 1000; ;) {
    try {
      await begin();
      return;
    } catch (error) {
      if (!isLocked(error) || performance.now() > untilMs) throw error;
    }
  }
}
