import type { MigrationInterface } from 'typeorm';
import { migrationsOfTable } from '../migrations-of-table.js';
import { CreateAuthEvents1764000000006 } from './1764000000006-create-auth-events.js';

/**
 * The migrations of the table of events, for `migrations` of the data source, where `audit` is on.
 *
 * @param table the same as the `auditTable` of `AuthModule` @default AuthModule's
 */
export function authEventMigrations(table?: string): (new () => MigrationInterface)[] {
  return migrationsOfTable([CreateAuthEvents1764000000006], table);
}
