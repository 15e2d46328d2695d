import type { DataSourceOptions } from 'typeorm';
import type { DatabaseKind } from '../host/database-kinds.js';

/** In place of `test/host/database-kinds.ts`: a mutant is tried hundreds of times, and on one database. */
export const IN_MEMORY: DataSourceOptions = { type: 'better-sqlite3', database: ':memory:' };

export const DATABASES: readonly DatabaseKind[] = [
  {
    name: 'sqlite memory',
    create: async () => ({ options: IN_MEMORY, url: 'sqlite::memory:', drop: async () => {} }),
  },
];
