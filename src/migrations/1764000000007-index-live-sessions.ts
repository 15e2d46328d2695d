import { type QueryRunner, TableIndex } from 'typeorm';
import { OF_USER, OF_USER_LIVE } from './1764000000000-create-refresh-tokens.js';
import { SessionMigration } from './session-migration.js';

/**
 * For a table from before a user's live sessions were found without a look at those that were revoked; a new one
 * has the index. On a large table it takes its time, and PostgreSQL lets nobody write meanwhile: docs/scaling.md.
 */
export class IndexLiveSessions1764000000007 extends SessionMigration {
  readonly name = 'IndexLiveSessions1764000000007';

  /** First the new index, so that there is no moment without one. */
  async up(queryRunner: QueryRunner): Promise<void> {
    const names = this.namesIn(queryRunner);
    const table = await this.tableIn(queryRunner, names);
    if (table === undefined) return;
    const columnNames = OF_USER_LIVE.map((column) => names.column(column));
    const name = names.index(...OF_USER_LIVE);
    if (!table.indices.some((index) => index.name === name)) {
      await queryRunner.createIndex(table, new TableIndex({ name, columnNames }));
    }
    const before = table.indices.find((index) => index.name === names.index(...OF_USER));
    if (before !== undefined) await queryRunner.dropIndex(table, before);
  }

  /** The earlier release does not mind. */
  async down(): Promise<void> {}
}
