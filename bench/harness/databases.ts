import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RowDataPacket, createConnection } from 'mysql2/promise';
import { Client } from 'pg';

export type DatabaseName = 'sqlite' | 'postgres' | 'mariadb';

/** A database of its own for one server. */
export interface FreshDatabase {
  readonly url: string;
  /** Asks it something, past the server. */
  query(sql: string): Promise<Record<string, unknown>[]>;
  drop(): Promise<void>;
}

const PG = process.env['BENCH_POSTGRES'] ?? 'postgres://postgres@127.0.0.1:5432';
const MARIA = process.env['BENCH_MARIADB'] ?? 'mysql://root@127.0.0.1:3306';

/** @throws Error when the database server is not there */
export function freshDatabase(name: DatabaseName): Promise<FreshDatabase> {
  switch (name) {
    case 'sqlite':
      return sqlite();
    case 'postgres':
      return postgres();
    case 'mariadb':
      return mariadb();
  }
}

async function sqlite(): Promise<FreshDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-bench-db-'));
  const file = join(folder, 'bench.sqlite');
  return {
    url: `sqlite:${file}`,
    query: async (sql) => {
      const { default: Database } = await import('better-sqlite3');
      const database = new Database(file);
      try {
        const statement = database.prepare<[], Record<string, unknown>>(sql);
        if (statement.reader) return statement.all();
        statement.run();
        return [];
      } finally {
        database.close();
      }
    },
    drop: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Indexes over millions of rows are built several times faster with this; the servers do not have it. */
const BUILD_FAST = '-c maintenance_work_mem=1GB';

async function tellPostgres(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url, options: BUILD_FAST });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function postgres(): Promise<FreshDatabase> {
  const database = `bench_${randomBytes(6).toString('hex')}`;
  await tellPostgres(`${PG}/postgres`, `CREATE DATABASE ${database}`);
  const url = `${PG}/${database}`;
  return {
    url,
    query: (sql) => tellPostgres(url, sql),
    drop: async () => {
      await tellPostgres(`${PG}/postgres`, `DROP DATABASE ${database} WITH (FORCE)`);
    },
  };
}

async function tellMariadb(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const connection = await createConnection(url);
  try {
    const [rows] = await connection.query<RowDataPacket[]>(sql);
    return rows;
  } finally {
    await connection.end();
  }
}

async function mariadb(): Promise<FreshDatabase> {
  const database = `bench_${randomBytes(6).toString('hex')}`;
  await tellMariadb(MARIA, `CREATE DATABASE ${database}`);
  const url = `${MARIA}/${database}`;
  return {
    url,
    query: (sql) => tellMariadb(url, sql),
    drop: async () => {
      await tellMariadb(MARIA, `DROP DATABASE ${database}`);
    },
  };
}
