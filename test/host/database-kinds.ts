import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import type { DataSourceOptions } from 'typeorm';

/** A database of its own for one suite. */
export interface FreshDatabase {
  readonly options: DataSourceOptions;
  /** The same, as the standalone server's `DATABASE_URL`. */
  readonly url: string;
  drop(): Promise<void>;
}

/** A kind of database that the suites run on. */
export interface DatabaseKind {
  readonly name: 'sqlite memory' | 'sqlite file' | 'postgres' | 'mariadb';
  /** The port of the service it needs. */
  readonly port?: number;
  create(): Promise<FreshDatabase>;
}

const nothing = async (): Promise<void> => {};
const freshName = (): string => `baton_${randomBytes(6).toString('hex')}`;

const POSTGRES = { host: '127.0.0.1', port: 5432, user: 'postgres' };
const MARIADB = { host: '127.0.0.1', port: 3306, user: 'root' };

async function tellPostgres(sql: string): Promise<void> {
  const client = new Client({ ...POSTGRES, database: 'postgres' });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

async function tellMariadb(sql: string): Promise<void> {
  const connection = await createConnection(MARIADB);
  await connection.query(sql).finally(() => connection.end());
}

/** The database of a test that does not care which it is. */
export const IN_MEMORY: DataSourceOptions = { type: 'better-sqlite3', database: ':memory:' };

/** Every kind of database that is supported. `test/compat` puts a list of its own in this file's place. */
export const DATABASES: readonly DatabaseKind[] = [
  {
    name: 'sqlite memory',
    create: async () => ({ options: IN_MEMORY, url: 'sqlite::memory:', drop: nothing }),
  },
  {
    name: 'sqlite file',
    create: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'baton-'));
      const database = join(folder, 'baton.sqlite');
      return {
        options: { type: 'better-sqlite3', database, enableWAL: true },
        url: `sqlite:${database}`,
        drop: () => rm(folder, { recursive: true }),
      };
    },
  },
  {
    name: 'postgres',
    port: POSTGRES.port,
    create: async () => {
      const database = freshName();
      await tellPostgres(`CREATE DATABASE ${database}`);
      const { host, port, user } = POSTGRES;
      return {
        options: { type: 'postgres', host, port, username: user, database },
        url: `postgres://${user}@${host}:${port}/${database}`,
        drop: () => tellPostgres(`DROP DATABASE ${database} WITH (FORCE)`),
      };
    },
  },
  {
    name: 'mariadb',
    port: MARIADB.port,
    create: async () => {
      const database = freshName();
      await tellMariadb(`CREATE DATABASE ${database}`);
      const { host, port, user } = MARIADB;
      return {
        options: { type: 'mariadb', host, port, username: user, database },
        url: `mysql://${user}@${host}:${port}/${database}`,
        drop: () => tellMariadb(`DROP DATABASE ${database}`),
      };
    },
  },
];
