import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource, type DataSourceOptions } from 'typeorm';
import {
  AddWithdrawnGenerations1764000000002,
  CreateRefreshTokens1764000000000,
} from '../migrations/index.js';
import { UnavailableError } from '../errors.js';
import { RefreshToken } from '../sessions/refresh-token.entity.js';
import { CreateUsers1764000000001 } from './migrations/1764000000001-create-users.js';
import { User } from './users/user.entity.js';

/** A database that this server can talk to. */
export type DatabaseAddress =
  | { readonly type: 'better-sqlite3'; readonly file: string }
  | { readonly type: 'postgres' | 'mysql'; readonly url: string };

const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 5_000;
const MIGRATION_ATTEMPTS = 5;

/**
 * Reads a `DATABASE_URL`.
 *
 * @returns null when it is none of the kinds that are supported
 */
export function databaseAddress(url: string): DatabaseAddress | null {
  const file = /^sqlite:(.+)$/.exec(url)?.[1];
  if (file !== undefined) return { type: 'better-sqlite3', file };
  if (!URL.canParse(url)) return null;
  const { protocol, hostname } = new URL(url);
  if (hostname === '') return null;
  if (['postgres:', 'postgresql:'].includes(protocol)) return { type: 'postgres', url };
  return ['mysql:', 'mariadb:'].includes(protocol) ? { type: 'mysql', url } : null;
}

/** The data source of the server and of the TypeORM command line. */
export function dataSourceOptions(address: DatabaseAddress): DataSourceOptions {
  return {
    ...connection(address),
    entities: [RefreshToken, User],
    migrations: [
      CreateRefreshTokens1764000000000,
      CreateUsers1764000000001,
      AddWithdrawnGenerations1764000000002,
    ],
    logging: false,
  };
}

function connection(address: DatabaseAddress) {
  switch (address.type) {
    case 'better-sqlite3':
      return sqlite(address.file);
    case 'postgres':
      return {
        type: address.type,
        url: address.url,
        connectTimeoutMS: CONNECT_TIMEOUT_MS,
        extra: { statement_timeout: STATEMENT_TIMEOUT_MS, query_timeout: STATEMENT_TIMEOUT_MS },
      };
    case 'mysql':
      return { type: address.type, url: address.url, connectTimeout: CONNECT_TIMEOUT_MS };
  }
}

/**
 * `synchronous=NORMAL` with a write-ahead log survives the death of the process; a power cut may take the
 * last moments with it, which `recoverLostWrites` is made for.
 */
function sqlite(file: string) {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
  return {
    type: 'better-sqlite3' as const,
    database: file,
    enableWAL: file !== ':memory:',
    prepareDatabase: (database: { pragma(text: string): void }) => {
      database.pragma('synchronous = NORMAL');
    },
  };
}

/**
 * Connects and brings the schema up to date. Instances that start at once may get in each other's way, so a
 * migration that fails is tried again: by then somebody else's may have succeeded.
 *
 * @throws UnavailableError that says in one line what the database said
 */
export async function openDatabase(address: DatabaseAddress): Promise<DataSource> {
  try {
    const dataSource = await new DataSource(dataSourceOptions(address)).initialize();
    await migrate(dataSource);
    return dataSource;
  } catch (error) {
    throw new UnavailableError(`The database is unavailable: ${reasonOf(error)}`, error);
  }
}

async function migrate(dataSource: DataSource): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await dataSource.runMigrations();
      return;
    } catch (error) {
      if (attempt === MIGRATION_ATTEMPTS) throw error;
      await sleep(attempt * 200);
    }
  }
}

/** A host with several addresses fails once for each; the first tells enough. */
function reasonOf(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? first.message : String(first);
}
