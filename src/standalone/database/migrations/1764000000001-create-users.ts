import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { MYSQL_ENGINE } from '../../../mysql-table.js';

/** Nobody else's users have such a column. */
const OURS = 'username_hash';

/** The standalone server's own users. */
export class CreateUsers1764000000001 implements MigrationInterface {
  readonly name = 'CreateUsers1764000000001';

  /** @throws Error when the database has a table of that name for something else */
  async up(queryRunner: QueryRunner): Promise<void> {
    if (await queryRunner.hasTable('users')) return assertOwnTable(queryRunner);
    const table = new Table({
      name: 'users',
      engine: MYSQL_ENGINE,
      columns: [
        { name: 'id', type: 'varchar', length: '36', isPrimary: true },
        { name: 'username', type: 'varchar', length: '128' },
        { name: 'username_hash', type: 'varchar', length: '64' },
        { name: 'password_hash', type: 'varchar', length: '255' },
        { name: 'created_at', type: 'bigint' },
      ],
      indices: [
        { name: 'idx_users_username_hash', columnNames: ['username_hash'], isUnique: true },
      ],
    });
    await queryRunner.createTable(table, true);
  }

  /** Drops the table if it is the one that was made here. */
  async down(queryRunner: QueryRunner): Promise<void> {
    if (await queryRunner.hasColumn('users', OURS)) await queryRunner.dropTable('users');
  }
}

async function assertOwnTable(queryRunner: QueryRunner): Promise<void> {
  if (await queryRunner.hasColumn('users', OURS)) return;
  throw new Error(
    "There is a table users already that is not this server's, and it was left as it is. Give the server a database of its own",
  );
}
