import type { DataSourceOptions } from 'typeorm';

/** What an application gives TypeORM for a `DATABASE_URL`; on SQLite, as the standalone server has it. */
export function connection(): DataSourceOptions {
  const url = process.env['DATABASE_URL'] ?? 'sqlite::memory:';
  if (url.startsWith('postgres:')) return { type: 'postgres', url };
  if (url.startsWith('mysql:')) return { type: 'mysql', url };
  return {
    type: 'better-sqlite3',
    database: url.slice('sqlite:'.length),
    enableWAL: true,
    prepareDatabase: (database: { pragma(text: string): void }) => {
      database.pragma('synchronous = NORMAL');
    },
  };
}
