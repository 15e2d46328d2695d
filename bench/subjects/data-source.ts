import type { DataSourceOptions } from 'typeorm';

/** What an application gives TypeORM for a `DATABASE_URL`; SQLite is not synced at each commit. */
export function connection(url = process.env['DATABASE_URL'] ?? ''): DataSourceOptions {
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
