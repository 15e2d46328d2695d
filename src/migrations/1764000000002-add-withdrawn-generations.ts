import { type QueryRunner, TableColumn } from 'typeorm';
import { SessionMigration } from './session-migration.js';
import type { ColumnNames } from './table-migration.js';

const WITHDRAWN: ColumnNames = ['withdrawnGenerations', 'withdrawn_generations'];

/** For a table from before the tokens that were withdrawn are remembered; a new one has the column. */
export class AddWithdrawnGenerations1764000000002 extends SessionMigration {
  readonly name = 'AddWithdrawnGenerations1764000000002';

  async up(queryRunner: QueryRunner): Promise<void> {
    const names = this.namesIn(queryRunner);
    const table = await this.tableIn(queryRunner, names);
    const name = names.column(WITHDRAWN);
    if (table === undefined || table.findColumnByName(name) !== undefined) return;
    const column = new TableColumn({ name, type: 'varchar', length: '255', isNullable: true });
    await queryRunner.addColumn(table, column);
  }

  /** What the table was made with stays; without the column no release from here on works. */
  async down(): Promise<void> {}
}
