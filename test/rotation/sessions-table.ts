import { CreateRefreshTokens1764000000000 } from 'nestjs-baton/migrations';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { RefreshToken } from '../../src/sessions/refresh-token.entity.js';
import { RefreshTokenStore } from '../../src/sessions/refresh-token.store.js';
import { SessionTable } from '../../src/sessions/session-table.js';
import { IN_MEMORY } from '../host/databases.js';

export const NOW = 1_767_225_600_000;
export const DAY_MS = 86_400_000;

export const NEW_SESSION = {
  userId: 'ann',
  generation: 0,
  parentGeneration: null,
  sealedSuccessor: null,
  withdrawnGenerations: null,
  jkt: null,
  createdAtMs: NOW,
  rotatedAtMs: NOW,
  confirmedAtMs: null,
  expiresAtMs: NOW + 7 * DAY_MS,
  absoluteExpiresAtMs: NOW + 30 * DAY_MS,
  revokedAtMs: null,
  revokedReason: null,
  ip: null,
  userAgent: null,
  deviceName: null,
};

/** The table of sessions in a database of its own. */
export interface SessionsTable {
  readonly store: RefreshTokenStore;
  /** Adds a session: of `ann`, opened just now and never refreshed, unless told otherwise. */
  add(id: string, values?: Partial<RefreshToken>): Promise<void>;
  find(id: string): Promise<RefreshToken | null>;
  ids(): Promise<string[]>;
  /** Runs a task while every statement fails. */
  whileBroken<Result>(task: () => Promise<Result>): Promise<Result>;
  drop(): Promise<void>;
}

/** Opens a database that has an empty table of sessions. */
export function openSessions(options: DataSourceOptions): Promise<DataSource> {
  return new DataSource({
    ...options,
    entities: [RefreshToken],
    migrations: [CreateRefreshTokens1764000000000],
    migrationsRun: true,
  }).initialize();
}

/** As many rows are added by one statement. */
const AT_ONCE = 50;

export async function addSessions(
  { manager }: DataSource,
  rows: readonly RefreshToken[],
): Promise<void> {
  for (let first = 0; first < rows.length; first += AT_ONCE) {
    await manager.insert(RefreshToken, rows.slice(first, first + AT_ONCE));
  }
}

/** Opens an empty table in memory. */
export async function openSessionsTable(): Promise<SessionsTable> {
  const dataSource = await openSessions(IN_MEMORY);
  const store = new RefreshTokenStore(new SessionTable(dataSource));
  const rename = (from: string, to: string) =>
    dataSource.query(`ALTER TABLE ${from} RENAME TO ${to}`);
  return {
    store,
    add: (id, values = {}) =>
      store.open({ ...NEW_SESSION, id, tokenHash: `hash of ${id}`, ...values }),
    find: (id) => store.find(id),
    ids: async () => {
      const rows = await dataSource.getRepository(RefreshToken).find({ order: { id: 'ASC' } });
      return rows.map((row) => row.id);
    },
    whileBroken: async (task) => {
      await rename('refresh_tokens', 'elsewhere');
      return task().finally(() => rename('elsewhere', 'refresh_tokens'));
    },
    drop: () => dataSource.destroy(),
  };
}
