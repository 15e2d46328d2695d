import {
  And,
  type DataSource,
  type EntityManager,
  Equal,
  type FindOperator,
  type QueryRunner,
  Raw,
} from 'typeorm';
import { hasOneConnection, runOnOwn, transactionOnOwn } from './own-query-runner.js';
import { RefreshToken } from './refresh-token.entity.js';

/** The table of sessions in a data source. Every statement about it, reads included, goes through {@link run}. */
export class SessionTable {
  private readonly comparesCaseBlindly: boolean;
  private lastTransaction: Promise<unknown> = Promise.resolve();

  constructor(
    readonly dataSource: DataSource,
    /** How the data source knows the table. */
    readonly entity: typeof RefreshToken = RefreshToken,
  ) {
    this.comparesCaseBlindly = ['mysql', 'mariadb'].includes(dataSource.options.type);
  }

  /**
   * Runs a statement on the master, outside every transaction of the application: what is decided is decided on
   * what was written, never on what a read replica has heard of or the application may still undo.
   *
   * @throws UnavailableError when the database does not do as it is told
   */
  run<Answer>(statement: (runner: QueryRunner) => Promise<Answer>): Promise<Answer> {
    return runOnOwn(this.dataSource, statement);
  }

  /**
   * Runs some statements as one transaction: all of them hold, or none. One at a time on SQLite, which has one
   * connection, on which a second one would be a part of the first; what {@link run} runs waits meanwhile.
   *
   * @param statements may be run again, where the database has undone them for somebody else's sake
   *
   * @throws UnavailableError when the database does not do as it is told; everything is undone then
   */
  transaction<Answer>(statements: (manager: EntityManager) => Promise<Answer>): Promise<Answer> {
    const run = async (): Promise<Answer> => transactionOnOwn(this.dataSource, statements);
    if (!hasOneConnection(this.dataSource)) return run();
    const answer = this.lastTransaction.then(run);
    this.lastTransaction = answer.catch(() => {});
    return answer;
  }

  /** MySQL compares text without regard to case and trailing spaces unless told otherwise: `ann` is not `Ann`. */
  isExactly(userId: string): FindOperator<string> {
    if (!this.comparesCaseBlindly) return Equal(userId);
    return And(
      Equal(userId),
      Raw((column) => `BINARY ${column} = :exactUserId`, { exactUserId: userId }),
    );
  }
}
