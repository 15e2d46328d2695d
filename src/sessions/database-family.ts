/** Databases that take the same words, whatever speaks to them. */
export type DatabaseFamily = 'postgres' | 'mysql' | 'sqlite';

const FAMILIES: Readonly<Record<string, DatabaseFamily>> = {
  postgres: 'postgres',
  'aurora-postgres': 'postgres',
  cockroachdb: 'postgres',
  mysql: 'mysql',
  mariadb: 'mysql',
  'aurora-mysql': 'mysql',
  'better-sqlite3': 'sqlite',
  sqlite: 'sqlite',
};

/** @param type of the data source @returns undefined for a kind that is not known here */
export function familyOf(type: string): DatabaseFamily | undefined {
  return FAMILIES[type];
}
