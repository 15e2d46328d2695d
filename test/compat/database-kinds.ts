import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** In place of `test/host/database-kinds.ts`: the `sqlite3` driver, which TypeORM 1 no longer has. */
export const IN_MEMORY = { type: 'sqlite', database: ':memory:' };

export const DATABASES = [
  {
    name: 'sqlite memory',
    create: async () => ({ options: IN_MEMORY, url: 'sqlite::memory:', drop: async () => {} }),
  },
  {
    name: 'sqlite file',
    create: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'baton-'));
      const database = join(folder, 'baton.sqlite');
      return {
        options: { type: 'sqlite', database, enableWAL: true },
        url: `sqlite:${database}`,
        drop: () => rm(folder, { recursive: true }),
      };
    },
  },
];
