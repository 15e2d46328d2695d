import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
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

/** Asks a database something. */
type Ask = (url: string, sql: string) => Promise<Record<string, unknown>[]>;

/** @throws Error when the database server is not there */
export async function freshDatabase(name: DatabaseName): Promise<FreshDatabase> {
  if (name === 'sqlite') return sqlite();
  const database = `bench_${randomBytes(6).toString('hex')}`;
  const [server, ask, force] =
    name === 'postgres' ? [PG, askPostgres, ' WITH (FORCE)'] : [MARIA, askMariadb, ''];
  const administer = name === 'postgres' ? `${server}/postgres` : server;
  await ask(administer, `CREATE DATABASE ${database}`);
  const url = `${server}/${database}`;
  return {
    url,
    query: (sql) => ask(url, sql),
    drop: async () => void (await ask(administer, `DROP DATABASE ${database}${force}`)),
  };
}

async function sqlite(): Promise<FreshDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-bench-db-'));
  const file = join(folder, 'bench.sqlite');
  return {
    url: `sqlite:${file}`,
    query: async (sql) => {
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

const askPostgres: Ask = async (url, sql) => {
  // Indexes over millions of rows are built several times faster with this; the servers do not have it.
  const client = new Client({ connectionString: url, options: '-c maintenance_work_mem=1GB' });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
};

const askMariadb: Ask = async (url, sql) => {
  const connection = await createConnection(url);
  try {
    const [rows] = await connection.query<RowDataPacket[]>(sql);
    return rows;
  } finally {
    await connection.end();
  }
};
