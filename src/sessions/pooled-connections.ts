import { Logger } from '@nestjs/common';
import type { DataSource, QueryRunner } from 'typeorm';
import { type DatabaseFault, faultOf } from '../database-fault.js';

/** TypeORM's query runner of PostgreSQL: released with an error, its connection leaves the pool. */
interface PostgresRunner extends QueryRunner {
  releasePostgresConnection(error: Error): Promise<void>;
}

/** The pool of `pg`, as far as it is used here. */
interface PostgresPool {
  readonly idleCount: number;
  readonly options: { readonly connectionTimeoutMillis?: number };
  /** What the pool makes its connections with. */
  Client: new (options: object) => object;
  connect(
    answer: (error: unknown, client: unknown, release?: (destroy: boolean) => void) => void,
  ): void;
  /** Tells of each connection before it is handed out. */
  on(event: 'acquire', listener: (client: ErrorSource) => void): unknown;
}

interface ErrorSource {
  on(event: 'error', listener: () => void): unknown;
}

/** Where `mysql2` keeps the connections that nobody uses. */
interface Queue {
  readonly length: number;
  get(index: number): unknown;
}

/** A connection of `mysql2`: destroyed, it leaves its pool. */
interface MysqlConnection {
  destroy(): void;
}

/** How long a server may take to answer whoever connects. */
const CONNECTING_MS = 5_000;

const NO_BACKSLASH_ESCAPES = 'NO_BACKSLASH_ESCAPES';

const WITHOUT_IT = `SET SESSION sql_mode = REPLACE(@@SESSION.sql_mode, '${NO_BACKSLASH_ESCAPES}', '')`;

/** One for each data source, however many modules share it. */
const bySource = new WeakMap<DataSource, PooledConnections>();

/**
 * Lets a statement run on a connection that is safe, and gives that connection up where it turns out to be spoilt.
 *
 * @param runner the query runner that the statement runs on
 */
export async function withCare<Answer>(
  dataSource: DataSource,
  runner: QueryRunner,
  statement: () => Promise<Answer>,
): Promise<Answer> {
  const connections = careFor(dataSource);
  try {
    await connections.makeSafe(runner);
    return await statement();
  } catch (error) {
    const fault = faultOf(error);
    if (fault.spoilsConnection) await connections.giveUp(runner, fault);
    throw error;
  }
}

/** What this module does to the connections of a data source: begun before the first of them is asked for. */
export function careFor(dataSource: DataSource): PooledConnections {
  const connections = bySource.get(dataSource) ?? new PooledConnections(dataSource);
  bySource.set(dataSource, connections);
  return connections;
}

/** Destroys the connection that a query runner has: the pool makes another. @param why told to the pool */
export async function discard(runner: QueryRunner, why: string): Promise<void> {
  if (isOfPostgres(runner)) return runner.releasePostgresConnection(new Error(why));
  const connection: unknown = await runner.connect();
  if (canBeDestroyed(connection)) connection.destroy();
}

/** What this module does to the connections of a data source, which it shares with the application. */
class PooledConnections {
  private readonly logger = new Logger('AuthModule');
  /** Those whose mode is known to be safe. */
  private readonly safe = new WeakSet<object>();
  private warned = false;

  constructor(private readonly dataSource: DataSource) {
    const { driver } = dataSource;
    if (!('master' in driver) || !isPostgresPool(driver.master)) return;
    boundConnecting(driver.master);
    hearErrors(driver.master);
  }

  /**
   * Makes sure that values are escaped as the server reads them. `mysql2` escapes with backslashes: where these
   * mean nothing, a device name could write SQL. Such a connection is told otherwise, and the application warned.
   */
  async makeSafe(runner: QueryRunner): Promise<void> {
    if (!['mysql', 'mariadb'].includes(this.dataSource.options.type)) return;
    const connection: object = await runner.connect();
    if (this.safe.has(connection)) return;
    const [row] = await runner.manager.query<{ mode: string }[]>(
      'SELECT @@SESSION.sql_mode AS mode',
    );
    if (row?.mode.includes(NO_BACKSLASH_ESCAPES) === true) {
      this.warnOnce();
      await runner.query(WITHOUT_IT);
    }
    this.safe.add(connection);
  }

  /**
   * Sees that a connection which a fault has spoilt is not used again, and where it leads to a server that was
   * demoted, none of those that wait beside it: new ones go to whoever is the primary now.
   */
  async giveUp(runner: QueryRunner, fault: DatabaseFault): Promise<void> {
    await discard(runner, fault.code);
    if (fault.kind === 'read-only') this.emptyPool();
  }

  private emptyPool(): void {
    const { driver } = this.dataSource;
    if ('master' in driver && isPostgresPool(driver.master)) emptyPostgresPool(driver.master);
    if ('pool' in driver) for (const idle of idleOfMysql(driver.pool)) idle.destroy();
  }

  private warnOnce(): void {
    if (this.warned) return;
    this.warned = true;
    this.logger.warn(
      `The data source's sql_mode has ${NO_BACKSLASH_ESCAPES}: mysql2 escapes with backslashes, so values in ` +
        'statements of your application can write SQL. Take it out of the sql_mode of the server. This module ' +
        'takes it out for the connections that it uses.',
    );
  }
}

/**
 * `pg` waits for ever for a server that takes a connection and says nothing: each would keep a place of the pool.
 * How long the application's statements wait for a place is left as it is.
 */
function boundConnecting(pool: PostgresPool): void {
  if (pool.options.connectionTimeoutMillis) return;
  pool.Client = class extends pool.Client {
    constructor(options: object) {
      super({ ...options, connectionTimeoutMillis: CONNECTING_MS });
    }
  };
}

/**
 * Between `pg`, which hands a connection out, and TypeORM, which takes it, nobody hears its errors: a server that ends
 * it in that moment would end the process. Whoever uses the connection finds out.
 */
function hearErrors(pool: PostgresPool): void {
  const heard = new WeakSet<object>();
  pool.on('acquire', (client) => {
    if (heard.has(client)) return;
    heard.add(client);
    client.on('error', () => {});
  });
}

function emptyPostgresPool(pool: PostgresPool): void {
  for (let left = pool.idleCount; left > 0; left -= 1) {
    pool.connect((_error, _client, release) => release?.(true));
  }
}

/** `mysql2` has no public name for them; where it calls them otherwise they leave one by one, as they are used. */
function idleOfMysql(pool: unknown): MysqlConnection[] {
  const queue = propertyOf(pool, '_freeConnections');
  if (!isQueue(queue)) return [];
  const idle = Array.from({ length: queue.length }, (_place, index) => queue.get(index));
  return idle.filter(canBeDestroyed);
}

const propertyOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

const isOfPostgres = (runner: QueryRunner): runner is PostgresRunner =>
  'releasePostgresConnection' in runner;

const isPostgresPool = (pool: unknown): pool is PostgresPool =>
  typeof propertyOf(pool, 'idleCount') === 'number' &&
  typeof propertyOf(pool, 'Client') === 'function';

const isQueue = (queue: unknown): queue is Queue => typeof propertyOf(queue, 'get') === 'function';

const canBeDestroyed = (connection: unknown): connection is MysqlConnection =>
  typeof propertyOf(connection, 'destroy') === 'function';
