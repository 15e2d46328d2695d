import type { MigrationInterface } from 'typeorm';
import * as migrations from './index.js';
import { migrationsOfTable } from './migrations-of-table.js';

/**
 * The migrations of the table of sessions, for `migrations` of the data source.
 *
 * @param table the same as the `table` of `AuthModule`; without one they are the classes of
 *   `nestjs-baton/migrations`, under their own names @default AuthModule's
 */
export function refreshTokenMigrations(table?: string): (new () => MigrationInterface)[] {
  return migrationsOfTable(Object.values(migrations), table);
}
