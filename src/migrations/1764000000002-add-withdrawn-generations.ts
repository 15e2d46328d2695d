import { type MigrationInterface, type QueryRunner, TableColumn } from 'typeorm';

const WITHDRAWN = new TableColumn({
  name: 'withdrawn_generations',
  type: 'varchar',
  length: '255',
  isNullable: true,
});

/** For a table from before the tokens that were withdrawn are remembered; a new one has the column. */
export class AddWithdrawnGenerations1764000000002 implements MigrationInterface {
  readonly name = 'AddWithdrawnGenerations1764000000002';

  async up(queryRunner: QueryRunner): Promise<void> {
    if (await queryRunner.hasColumn('refresh_tokens', WITHDRAWN.name)) return;
    await queryRunner.addColumn('refresh_tokens', WITHDRAWN);
  }

  /** What the table was made with stays; without the column no release from here on works. */
  async down(): Promise<void> {}
}
