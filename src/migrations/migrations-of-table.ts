import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { TableMigration } from './table-migration.js';

/** The class of a step of a table's schema. */
export type TableMigrationClass = new (table?: string) => TableMigration;

/** Migrations for a table of another name than their own, or themselves where none is given. */
export function migrationsOfTable(
  migrations: readonly TableMigrationClass[],
  table?: string,
): (new () => MigrationInterface)[] {
  if (table === undefined) return [...migrations];
  return migrations.map(
    (Migration) =>
      class implements MigrationInterface {
        private readonly migration = new Migration(table);
        /** Its own, for TypeORM runs no name twice. It ends with the time all the same. */
        readonly name = `${table}${this.migration.name}`;

        up(queryRunner: QueryRunner): Promise<void> {
          return this.migration.up(queryRunner);
        }

        down(queryRunner: QueryRunner): Promise<void> {
          return this.migration.down(queryRunner);
        }
      },
  );
}
