import type { DataSource, QueryRunner } from 'typeorm';
import { databaseAnswer } from '../database-answer.js';
import { createOwnQueryRunner } from './own-query-runner.js';
import { RefreshToken } from './refresh-token.entity.js';

/** The table of sessions in a data source. Every statement about it, reads included, goes through {@link run}. */
export class SessionTable {
  constructor(
    readonly dataSource: DataSource,
    /** How the data source knows the table. */
    readonly entity: typeof RefreshToken = RefreshToken,
  ) {}

  /**
   * Runs a statement on the master, outside every transaction of the application: what is decided is decided on
   * what was written, never on what a read replica has heard of or the application may still undo.
   *
   * @throws UnavailableError when the database does not do as it is told
   */
  run<Answer>(statement: (runner: QueryRunner) => Promise<Answer>): Promise<Answer> {
    return databaseAnswer(this.onMaster(statement));
  }

  private async onMaster<Answer>(
    statement: (runner: QueryRunner) => Promise<Answer>,
  ): Promise<Answer> {
    // A host may connect later than it starts, with `manualInitialization`.
    if (!this.dataSource.isInitialized) throw new Error('The data source is not initialized');
    const runner = createOwnQueryRunner(this.dataSource);
    try {
      return await statement(runner);
    } finally {
      await runner.release();
    }
  }
}
