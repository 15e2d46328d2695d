import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { connection } from '../subjects/data-source.js';

export type DatabaseName = 'sqlite' | 'postgres' | 'mariadb';

/** A database of its own for one server. */
export interface FreshDatabase {
  readonly url: string;
  /** Asks it something, past the server. */
  query(sql: string): Promise<Record<string, unknown>[]>;
  drop(): Promise<void>;
}

/** Where the database servers are, with a database that is there anyway. */
const SERVERS = {
  postgres: [process.env['BENCH_POSTGRES'] ?? 'postgres://postgres@127.0.0.1:5432', 'postgres'],
  mariadb: [process.env['BENCH_MARIADB'] ?? 'mysql://root@127.0.0.1:3306', 'mysql'],
} as const;

/** @throws Error when the database server is not there */
export async function freshDatabase(name: DatabaseName): Promise<FreshDatabase> {
  if (name === 'sqlite') {
    const folder = await mkdtemp(join(tmpdir(), 'baton-bench-'));
    const drop = () => rm(folder, { recursive: true, force: true });
    return at(`sqlite:${join(folder, 'bench.sqlite')}`, drop);
  }
  const [server, administration] = SERVERS[name];
  const database = `bench_${randomBytes(6).toString('hex')}`;
  const administer = (sql: string) => ask(`${server}/${administration}`, sql);
  await administer(`CREATE DATABASE ${database}`);
  const force = name === 'postgres' ? ' WITH (FORCE)' : '';
  const drop = async () => void (await administer(`DROP DATABASE ${database}${force}`));
  return at(`${server}/${database}`, drop);
}

const at = (url: string, drop: () => Promise<void>): FreshDatabase => ({
  url,
  query: (sql) => ask(url, sql),
  drop,
});

async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const dataSource = await new DataSource(connection(url)).initialize();
  return dataSource.query(sql).finally(() => dataSource.destroy());
}
