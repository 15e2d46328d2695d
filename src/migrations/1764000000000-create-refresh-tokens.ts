import { type MigrationInterface, type QueryRunner, Table, type TableColumnOptions } from 'typeorm';

const text = (name: string, length: number, isNullable = false): TableColumnOptions => ({
  name,
  type: 'varchar',
  length: String(length),
  isNullable,
});

/** As TypeORM spells the entity's `int` on SQLite: with another word `synchronize` would rebuild the table. */
const int = (name: string, isNullable = false): TableColumnOptions => ({
  name,
  type: 'integer',
  isNullable,
});

/** Unix milliseconds. */
const time = (name: string, isNullable = false): TableColumnOptions => ({
  name,
  type: 'bigint',
  isNullable,
});

/** The table of sessions, in words that every supported database understands. */
export class CreateRefreshTokens1764000000000 implements MigrationInterface {
  readonly name = 'CreateRefreshTokens1764000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const table = new Table({
      name: 'refresh_tokens',
      columns: [
        { ...text('id', 36), isPrimary: true },
        text('user_id', 255),
        text('token_hash', 43),
        int('generation'),
        int('parent_generation', true),
        text('sealed_successor', 255, true),
        text('withdrawn_generations', 255, true),
        time('created_at'),
        time('rotated_at'),
        time('confirmed_at', true),
        time('expires_at'),
        time('absolute_expires_at'),
        time('revoked_at', true),
        text('revoked_reason', 64, true),
        text('ip', 45, true),
        text('user_agent', 255, true),
        text('device_name', 128, true),
      ],
      indices: ['user_id', 'revoked_at', 'absolute_expires_at'].map((column) => ({
        name: `idx_refresh_tokens_${column}`,
        columnNames: [column],
      })),
    });
    await queryRunner.createTable(table, true);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('refresh_tokens');
  }
}
