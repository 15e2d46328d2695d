import { type QueryRunner, type Table, TableIndex } from 'typeorm';
import { MYSQL_TEXT } from '../mysql-table.js';
import { INDEXED, OF_USER } from './1764000000000-create-refresh-tokens.js';
import { SessionMigration } from './session-migration.js';
import type { TableNames } from './table-migration.js';

/**
 * For a table from before its indexes were named after it, and before its text was UTF-8 whatever the
 * database's default is (MySQL, MariaDB); a new one is so.
 */
export class AlignRefreshTokens1764000000003 extends SessionMigration {
  readonly name = 'AlignRefreshTokens1764000000003';

  async up(queryRunner: QueryRunner): Promise<void> {
    const names = this.namesIn(queryRunner);
    const table = await this.tableIn(queryRunner, names);
    if (table === undefined) return;
    await renameIndices(queryRunner, table, names);
    if (!['mysql', 'mariadb'].includes(queryRunner.connection.options.type)) return;
    const path = queryRunner.connection.driver.escape(names.table);
    await queryRunner.query(`ALTER TABLE ${path} CONVERT TO ${MYSQL_TEXT}`);
  }

  /** The earlier release does not mind. */
  async down(): Promise<void> {}
}

async function renameIndices(
  queryRunner: QueryRunner,
  table: Table,
  names: TableNames,
): Promise<void> {
  for (const columns of [OF_USER, ...INDEXED]) {
    const name = names.index(...columns);
    const columnNames = columns.map((column) => names.column(column));
    const there = table.indices.filter((index) => index.columnNames.join() === columnNames.join());
    if (there.length === 0 || there.some((index) => index.name === name)) continue;
    await queryRunner.createIndex(table, new TableIndex({ name, columnNames }));
    for (const index of there) await queryRunner.dropIndex(table, index);
  }
}
