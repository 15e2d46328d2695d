import { type QueryRunner, TableColumn } from 'typeorm';
import { SessionMigration } from './session-migration.js';
import type { ColumnNames } from './table-migration.js';

const JKT: ColumnNames = ['jkt'];

/** For a table from before sessions could be bound to a key; a new one has the column. */
export class AddBoundKey1764000000005 extends SessionMigration {
  readonly name = 'AddBoundKey1764000000005';

  async up(queryRunner: QueryRunner): Promise<void> {
    const names = this.namesIn(queryRunner);
    const table = await this.tableIn(queryRunner, names);
    const name = names.column(JKT);
    if (table === undefined || table.findColumnByName(name) !== undefined) return;
    const column = new TableColumn({ name, type: 'varchar', length: '43', isNullable: true });
    await queryRunner.addColumn(table, column);
  }

  /** What the table was made with stays; without the column a bound session would become a bearer's. */
  async down(): Promise<void> {}
}
