import { CreateRefreshTokens1764000000000 } from 'nestjs-baton/migrations';
import { RefreshToken } from 'nestjs-baton';
import { AbstractLogger, DataSource } from 'typeorm';
import { RefreshTokenStore } from '../../src/sessions/refresh-token.store.js';
import { SessionTable } from '../../src/sessions/session-table.js';
import {
  type DatabaseKind,
  type FreshDatabase,
  describeOnEachDatabase,
} from '../host/databases.js';

const NOW = 1_767_225_600_000;
const DAY_MS = 86_400_000;
const SESSIONS = 5_000;
const USERS = 500;
const AT_ONCE = 50;

/** Keeps what is sent to the database. */
class Notebook extends AbstractLogger {
  readonly sent: { sql: string; values: unknown[] }[] = [];
  override logQuery(sql: string, values: unknown[] = []): void {
    this.sent.push({ sql, values });
  }

  protected override writeLog(): void {}
}

const idOf = (index: number): string =>
  `0192f0c1-0000-7000-8000-${String(index).padStart(12, '0')}`;

const swapOf = (id: string) => ({
  id,
  liveHash: `hash ${id}`,
  tokenHash: 'next',
  generation: 1,
  parentGeneration: 0,
  sealedSuccessor: 'sealed',
  rotatedAtMs: NOW,
  expiresAtMs: NOW + DAY_MS,
  sessionEndsAtMs: NOW,
});

/** Every tenth is revoked, every hundredth has ended. */
const sessionAt = (index: number): RefreshToken => ({
  id: idOf(index),
  userId: `user ${index % USERS}`,
  tokenHash: `hash ${idOf(index)}`,
  generation: 0,
  parentGeneration: null,
  sealedSuccessor: null,
  withdrawnGenerations: null,
  jkt: null,
  createdAtMs: NOW,
  rotatedAtMs: NOW + index,
  confirmedAtMs: null,
  expiresAtMs: NOW + 7 * DAY_MS,
  absoluteExpiresAtMs: NOW + (index % 100 === 0 ? -1 : 1) * (DAY_MS + index),
  revokedAtMs: index % 10 === 0 ? NOW - index * 1000 : null,
  revokedReason: index % 10 === 0 ? 'logout' : null,
  ip: null,
  userAgent: null,
  deviceName: null,
});

/** What each verb of the store sends. */
const VERBS: readonly [string, (store: RefreshTokenStore) => Promise<unknown>][] = [
  ['find', (store) => store.find(idOf(1))],
  ['findLive', (store) => store.findLive('user 1', NOW)],
  ['rotate', (store) => store.rotate(swapOf(idOf(2)))],
  ['recover', (store) => store.recover({ ...swapOf(idOf(3)), withdrawnGenerations: '1-1' })],
  ['confirm', (store) => store.confirm([{ sessionId: idOf(4), generation: 0 }], NOW)],
  ['findUnrevoked', (store) => store.findUnrevoked([idOf(5), idOf(6)])],
  ['revoke', (store) => store.revoke(idOf(7), 'logout', NOW)],
  ['revokeOwn', (store) => store.revokeOwn(idOf(8), 'user 8', 'logout', NOW)],
  ['revokeAll', (store) => store.revokeAll('user 9', null, 'logout', NOW)],
  ['countRevoked', (store) => store.poll.countRevoked(NOW - 60_000)],
  ['findRevokedBetween', (store) => store.poll.findRevokedBetween(NOW - 60_000, NOW)],
  ['purge by end', (store) => store.purge('absoluteExpiresAtMs', NOW)],
  ['purge by revocation', (store) => store.purge('revokedAtMs', NOW - 4_900_000)],
];

/** On the primary key alone, whatever else is indexed. */
const BY_KEY = ['find', 'rotate', 'recover', 'revoke', 'revokeOwn'];

interface Plan {
  readonly isScan: boolean;
  readonly key: string;
}

/** How the database would do it, in its own words. */
async function planOf(source: DataSource, sql: string, values: unknown[]): Promise<Plan> {
  const type: string = source.options.type;
  switch (type) {
    case 'postgres': {
      const rows = await source.query(`EXPLAIN ${sql}`, values);
      const text = rows.map((row: Record<string, string>) => row['QUERY PLAN']).join('\n');
      return { isScan: /Seq Scan/.test(text), key: text };
    }
    case 'mariadb': {
      const [row] = await source.query(`EXPLAIN ${sql}`, values);
      return { isScan: row.type === 'ALL' || row.type === 'index', key: String(row.key) };
    }
    default: {
      const rows = await source.query(`EXPLAIN QUERY PLAN ${sql}`, values);
      const text = rows.map(({ detail }: { detail: string }) => detail).join('\n');
      return { isScan: /SCAN/.test(text), key: text };
    }
  }
}

/** @see issue 15: the swap took the index of revocations on MariaDB, the purge read the table */
describeOnEachDatabase((kind: DatabaseKind) => {
  let database: FreshDatabase;
  let source: DataSource;
  let store: RefreshTokenStore;
  const notebook = new Notebook();

  beforeAll(async () => {
    database = await kind.create();
    source = await new DataSource({
      ...database.options,
      entities: [RefreshToken],
      migrations: [CreateRefreshTokens1764000000000],
      migrationsRun: true,
      logger: notebook,
    }).initialize();
    store = new RefreshTokenStore(new SessionTable(source));
    for (let first = 0; first < SESSIONS; first += AT_ONCE) {
      const rows = Array.from({ length: AT_ONCE }, (_, place) => sessionAt(first + place));
      await source.manager.insert(RefreshToken, rows);
    }
    const isMysql = kind.name === 'mariadb';
    await source.query(isMysql ? 'ANALYZE TABLE refresh_tokens' : 'ANALYZE refresh_tokens');
  });

  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  it.each(VERBS)('%s reads no more of the table than it has to', async (name, verb) => {
    notebook.sent.length = 0;
    await verb(store);
    const sent = notebook.sent.filter(({ sql }) => sql.includes('refresh_tokens'));
    expect(sent).not.toEqual([]);
    for (const { sql, values } of sent.slice()) {
      const plan = await planOf(source, sql, values);
      expect({ sql, ...plan }).toMatchObject({ isScan: false });
      expect(plan.key).toMatch(BY_KEY.includes(name) ? /PRIMARY|PK_|sqlite_autoindex/ : /./);
    }
  });
});
