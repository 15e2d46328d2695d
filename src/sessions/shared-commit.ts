import { LRUCache } from 'lru-cache';
import { QueryResult } from 'typeorm';
import { UnavailableError } from '../errors.js';
import { ConnectionTakenError, isLocked } from './connection-taken.js';
import { settle } from './late-number.js';
import { WaitingLine } from './waiting-line.js';

/**
 * Runs the module's statements on the one connection that it shares with the application: never within a
 * transaction of the application, which could undo what was answered, and never waiting for another process
 * with the event loop in its hands. Those who write within one turn of the event loop share a commit, since
 * the commit costs more than what is committed. Nobody is answered before it.
 */
export class SharedCommit {
  private readonly prepared = new LRUCache<string, PreparedStatement>({ max: PREPARED });
  /** How long the driver waits for a lock, in milliseconds. */
  private readonly timeout: PreparedStatement;
  private readonly reads: WaitingLine<Statement, QueryResult>;
  private readonly writes: WaitingLine<Statement, QueryResult>;

  constructor(readonly connection: SynchronousConnection) {
    this.timeout = connection.prepare('PRAGMA busy_timeout').pluck();
    const run = (statement: Statement): QueryResult => this.execute(statement);
    const runAll = (all: readonly Statement[]): QueryResult[] => all.map(run);
    // Locked from the start, so that the first to write is the only one who can find the file locked.
    const transaction = connection.transaction(runAll);
    this.reads = new WaitingLine((all) => this.whenFree(() => runAll(all)));
    // One statement is a transaction by itself.
    this.writes = new WaitingLine((all) =>
      this.whenFree(() => (all.length === 1 ? runAll(all) : transaction.immediate(all))),
    );
  }

  /**
   * @returns rows, and how many of them were changed
   * @throws UnavailableError when the connection was not free in time
   */
  run(sql: string, values: readonly unknown[]): Promise<QueryResult> {
    return (/^SELECT\b/i.test(sql) ? this.reads : this.writes).ask({ sql, values });
  }

  /** For whoever knows that a transaction of the application has just ended. */
  serve(): void {
    this.reads.serve();
    this.writes.serve();
  }

  private execute({ sql, values: given }: Statement): QueryResult {
    const statement = this.prepare(sql);
    const values = settle(given);
    const result = new QueryResult();
    if (statement.reader) {
      result.records = statement.all(...values);
      result.raw = result.records;
    } else {
      const { changes, lastInsertRowid } = statement.run(...values);
      result.affected = changes;
      result.raw = lastInsertRowid;
    }
    return result;
  }

  private prepare(sql: string): PreparedStatement {
    const known = this.prepared.get(sql);
    if (known !== undefined) return known;
    const statement = this.connection.prepare(sql);
    this.prepared.set(sql, statement);
    return statement;
  }

  /** Looking and working are one turn of the event loop: nobody else's statement comes between. */
  private whenFree<Result>(work: () => Result): Result {
    if (!this.connection.open) throw new UnavailableError('The database connection is not open');
    if (this.connection.inTransaction) throw ConnectionTakenError.byTransaction();
    try {
      return this.withoutWaiting(work);
    } catch (error) {
      throw isLocked(error) ? ConnectionTakenError.byLock(error) : error;
    }
  }

  /** The driver would wait for a lock by standing still. What the host has set is the host's again afterwards. */
  private withoutWaiting<Result>(work: () => Result): Result {
    const timeoutMs = Number(this.timeout.get());
    if (timeoutMs === 0) return work();
    this.connection.exec('PRAGMA busy_timeout = 0');
    try {
      return work();
    } finally {
      this.connection.exec(`PRAGMA busy_timeout = ${timeoutMs}`);
    }
  }
}

/** As much of a statement of `better-sqlite3` as is used here. */
interface PreparedStatement {
  /** Whether it answers with rows. */
  readonly reader: boolean;
  /** Makes it answer with the first column alone. */
  pluck(): PreparedStatement;
  get(...values: readonly unknown[]): unknown;
  all(...values: readonly unknown[]): unknown[];
  run(...values: readonly unknown[]): {
    readonly changes: number;
    readonly lastInsertRowid: number | bigint;
  };
}

/** A connection that answers at once, as `better-sqlite3` has it; as much of it as is used here. */
export interface SynchronousConnection {
  readonly open: boolean;
  readonly inTransaction: boolean;
  prepare(sql: string): PreparedStatement;
  exec(sql: string): unknown;
  transaction<Argument, Result>(
    work: (argument: Argument) => Result,
  ): { immediate(argument: Argument): Result };
}

interface Statement {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** As many statements are kept prepared; the module has about a dozen. */
const PREPARED = 100;
