import type { MigrationInterface, QueryRunner } from 'typeorm';
import * as migrations from './index.js';
import type { SessionMigration } from './session-migration.js';

const MIGRATIONS: readonly (new (table?: string) => SessionMigration)[] = Object.values(migrations);

/**
 * The migrations of the table of sessions, for `migrations` of the data source.
 *
 * @param table the same as the `table` of `AuthModule`; without one they are the classes of
 *   `nestjs-baton/migrations`, under their own names @default AuthModule's
 */
export function refreshTokenMigrations(table?: string): (new () => MigrationInterface)[] {
  if (table === undefined) return [...MIGRATIONS];
  return MIGRATIONS.map(
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
