import { Logger } from '@nestjs/common';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { AuthEventRecord } from '../../audit/auth-event.entity.js';
import { authEventMigrations } from '../../migrations/audit/auth-event-migrations.js';
import * as migrations from '../../migrations/index.js';
import { UnavailableError } from '../../errors.js';
import { RefreshToken } from '../../sessions/refresh-token.entity.js';
import type { DatabaseAddress } from '../environment/database-url.js';
import { migrate } from './migrate.js';
import { mysqlDriver } from './mysql-connections.js';
import { CreateUsers1764000000001 } from './migrations/1764000000001-create-users.js';
import { AlignUsers1764000000004 } from './migrations/1764000000004-align-users.js';
import { SilentLogger } from './silent-logger.js';
import { type Synchronous, forgetPatience, sqliteOptions } from './sqlite.js';
import { User } from '../users/user.entity.js';

const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 5_000;
/** Later than the server's own bound, so that a statement that was given up here has been given up there. */
const ANSWER_TIMEOUT_MS = 6_000;
/** After how much silence a connection is asked whether it is still there. */
const KEEP_ALIVE_MS = 10_000;
/** To both servers of MySQL. */
const UNBOUNDED = 0;

/**
 * The data source of the TypeORM command line, and of the server's migrations: a large table takes its time.
 *
 * @param synchronous when a commit is safe on SQLite
 * @param audit whether it has the table of events
 */
export function dataSourceOptions(
  address: DatabaseAddress,
  synchronous: Synchronous = 'full',
  audit = false,
): DataSourceOptions {
  return {
    ...connection(address, synchronous),
    entities: [RefreshToken, User, ...(audit ? [AuthEventRecord] : [])],
    migrations: [
      ...Object.values(migrations),
      CreateUsers1764000000001,
      AlignUsers1764000000004,
      ...(audit ? authEventMigrations() : []),
    ],
    logger: new SilentLogger(),
  };
}

function connection(address: DatabaseAddress, synchronous: Synchronous) {
  switch (address.type) {
    case 'better-sqlite3':
      return sqliteOptions(address, synchronous);
    case 'postgres':
      return {
        type: address.type,
        url: address.url,
        connectTimeoutMS: CONNECT_TIMEOUT_MS,
        extra: { keepAlive: true, keepAliveInitialDelayMillis: KEEP_ALIVE_MS },
      };
    case 'mysql':
      return {
        ...address,
        driver: mysqlDriver({ waitMs: CONNECT_TIMEOUT_MS, statementMs: UNBOUNDED }),
        connectTimeout: CONNECT_TIMEOUT_MS,
        extra: { keepAliveInitialDelay: KEEP_ALIVE_MS },
      };
  }
}

/**
 * Connects and brings the schema up to date.
 *
 * @throws UnavailableError that says in one line what the database said
 */
export async function openDatabase(
  address: DatabaseAddress,
  synchronous?: Synchronous,
  audit?: boolean,
): Promise<DataSource> {
  try {
    const options = dataSourceOptions(address, synchronous, audit);
    const migrating = await new DataSource(options).initialize();
    await migrate(migrating, address.type);
    if (address.type !== 'better-sqlite3') {
      await migrating.destroy();
      return await connect(bounded(options));
    }
    await forgetPatience(migrating);
    return migrating;
  } catch (error) {
    throw new UnavailableError(`The database is unavailable: ${reasonOf(error)}`, error);
  }
}

/** The data source of the server: whoever waits for an answer is told in time that there is none. */
function bounded(options: DataSourceOptions): DataSourceOptions {
  if (options.type === 'postgres') {
    return { ...options, extra: { ...options.extra, query_timeout: ANSWER_TIMEOUT_MS } };
  }
  if (options.type !== 'mysql') return options;
  return {
    ...options,
    driver: mysqlDriver({ waitMs: CONNECT_TIMEOUT_MS, statementMs: STATEMENT_TIMEOUT_MS }),
    enableQueryTimeout: true,
    maxQueryExecutionTime: ANSWER_TIMEOUT_MS,
  };
}

/**
 * PostgreSQL is told how long a statement may take. Poolers (PgBouncer, RDS Proxy) refuse that, and told later it
 * would stay behind on a connection that others get: there the wait for the answer is bounded alone.
 */
async function connect(options: DataSourceOptions): Promise<DataSource> {
  if (options.type !== 'postgres') return new DataSource(options).initialize();
  const extra = { ...options.extra, statement_timeout: STATEMENT_TIMEOUT_MS };
  try {
    return await new DataSource({ ...options, extra }).initialize();
  } catch (error) {
    if (!refusesStartParameter(error)) throw error;
    new Logger('Server').warn(
      'A pooler stands before PostgreSQL that takes no statement_timeout. Set it for the role: ' +
        `ALTER ROLE … SET statement_timeout = '${STATEMENT_TIMEOUT_MS}ms'`,
    );
    return new DataSource(options).initialize();
  }
}

/** PgBouncer names the parameter; RDS Proxy says 0A000, feature not supported. */
function refusesStartParameter(error: unknown): boolean {
  const isUnsupported = error instanceof Error && 'code' in error && error.code === '0A000';
  return isUnsupported || /start-?up parameter|statement_timeout/i.test(reasonOf(error));
}

/** A host with several addresses fails once for each; the first tells enough. */
function reasonOf(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? first.message : String(first);
}
