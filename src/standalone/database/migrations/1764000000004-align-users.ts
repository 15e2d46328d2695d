import type { MigrationInterface, QueryRunner } from 'typeorm';
import { MYSQL_TEXT } from '../../../mysql-table.js';

/** For a table from before its text was UTF-8 whatever the database's default is (MySQL, MariaDB). */
export class AlignUsers1764000000004 implements MigrationInterface {
  readonly name = 'AlignUsers1764000000004';

  async up(queryRunner: QueryRunner): Promise<void> {
    if (!['mysql', 'mariadb'].includes(queryRunner.connection.options.type)) return;
    await queryRunner.query(`ALTER TABLE users CONVERT TO ${MYSQL_TEXT}`);
  }

  /** The earlier release does not mind. */
  async down(): Promise<void> {}
}
