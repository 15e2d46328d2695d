import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';

/** The standalone server's own users. */
export class CreateUsers1764000000001 implements MigrationInterface {
  readonly name = 'CreateUsers1764000000001';

  async up(queryRunner: QueryRunner): Promise<void> {
    const table = new Table({
      name: 'users',
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

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('users');
  }
}
