import { RefreshToken } from 'nestjs-baton';
import type { DataSource } from 'typeorm';
import type { ExpiredSessions } from '../../src/sessions/expired-sessions.store.js';
import { LateNumber } from '../../src/sessions/late-number.js';
import type { LiveSessions } from '../../src/sessions/live-sessions.store.js';
import { RefreshTokenStore } from '../../src/sessions/refresh-token.store.js';
import type { RevocationPoll } from '../../src/sessions/revocation-poll.store.js';
import { SessionTable } from '../../src/sessions/session-table.js';
import {
  type DatabaseKind,
  type FreshDatabase,
  describeOnEachDatabase,
} from '../host/databases.js';
import { DAY_MS, NEW_SESSION, NOW, addSessions, openSessions } from '../rotation/sessions-table.js';
import { Notebook, type Plan, planOf } from './query-plan.js';

const SESSIONS = 5_000;
const USERS = 500;

const idOf = (index: number): string =>
  `0192f0c1-0000-7000-8000-${String(index).padStart(12, '0')}`;

const swapOf = (id: string) => ({
  id,
  liveHash: `hash ${id}`,
  tokenHash: 'next',
  generation: 1,
  parentGeneration: 0,
  sealedSuccessor: 'sealed',
  askedAtMs: NOW,
  sentAtMs: new LateNumber(() => NOW),
  expiresAtMs: NOW + DAY_MS,
  sessionEndsAtMs: NOW,
});

/** Every tenth is revoked, every hundredth has ended. */
const sessionAt = (index: number): RefreshToken => ({
  ...NEW_SESSION,
  id: idOf(index),
  userId: `user ${index % USERS}`,
  tokenHash: `hash ${idOf(index)}`,
  rotatedAtMs: NOW + index,
  absoluteExpiresAtMs: NOW + (index % 100 === 0 ? -1 : 1) * (DAY_MS + index),
  revokedAtMs: index % 10 === 0 ? NOW - index * 1000 : null,
  revokedReason: index % 10 === 0 ? 'logout' : null,
});

const REVOKED_AT = NOW - 100_000;

type Verbs<Of> = {
  readonly [Verb in keyof Of as Of[Verb] extends (...given: never[]) => unknown ? Verb : never]: (
    of: Of,
  ) => Promise<unknown>;
};

/** What each verb of the store sends: one that is missing here does not compile. What adds a row reads none. */
const VERBS: Omit<Verbs<RefreshTokenStore>, 'open' | 'restore' | 'transaction'> = {
  find: (store) => store.find(idOf(1)),
  rotate: (store) => store.rotate(swapOf(idOf(2))),
  recover: (store) => store.recover({ ...swapOf(idOf(3)), withdrawnGenerations: '1-1' }),
  confirm: (store) => store.confirm([{ sessionId: idOf(4), generation: 0 }], NOW),
  findUnrevoked: (store) => store.findUnrevoked([idOf(5), idOf(6)]),
  findRevoked: async (store) => {
    const revocation = { userId: 'user 100', reason: 'logout', atMs: REVOKED_AT };
    await store.findRevoked({ ...revocation, ids: new Set([idOf(100)]) });
    await store.findRevoked({ ...revocation, ids: null });
  },
  revoke: (store) => store.revoke(idOf(7), 'logout', NOW),
  revokeOwn: (store) => store.revokeOwn(idOf(8), 'user 8', 'logout', NOW),
  revokeAll: (store) =>
    store.transaction(async (manager) => {
      await store.revokeAll('user 9', null, 'logout', NOW, manager);
      await store.revokeAll('user 11', idOf(11), 'logout', NOW, manager);
    }),
  revokeThese: (store) => store.revokeThese([idOf(10), idOf(512)], 'user 12', 'logout', NOW),
};

const POLL_VERBS: Verbs<RevocationPoll> = {
  countRevoked: (poll) => poll.countRevoked(NOW - 60_000),
  findRevokedBetween: (poll) => poll.findRevokedBetween(NOW - 60_000, NOW).next(),
};

const LIVING = { nowMs: NOW, createdSinceMs: NOW - DAY_MS, usedSinceMs: NOW - DAY_MS };
const ASKED = { userId: 'user 1', living: LIVING };
const PAGE = { ...ASKED, exceptId: idOf(1), from: { usedAtMs: NOW + 2501, id: idOf(2501) } };

const LIVE_VERBS: Verbs<LiveSessions> = {
  find: async (live) => {
    await live.find(ASKED, null);
    await live.find(PAGE, 101);
  },
  findLastUsed: (live) => live.findLastUsed(ASKED),
  findBeyond: (live) => live.findBeyond(ASKED, 3),
  findIds: (live) => live.findIds(PAGE, 200),
  findUnrevokedIds: async (live) => {
    await live.findUnrevokedIds('user 13', null, 199);
    await live.findUnrevokedIds('user 13', idOf(13), 199);
  },
};

const EXPIRED_VERBS: Verbs<ExpiredSessions> = {
  purge: async (expired) => {
    await expired.purge('absoluteExpiresAtMs', NOW);
    await expired.purge('revokedAtMs', NOW - 4_900_000);
  },
};

/** On the primary key alone, whatever else is indexed. */
const BY_KEY = ['find', 'rotate', 'recover', 'revoke', 'revokeOwn'];

/** @see issue 15: the swap took the index of revocations on MariaDB, the purge read the table */
describeOnEachDatabase((kind: DatabaseKind) => {
  let database: FreshDatabase;
  let source: DataSource;
  let store: RefreshTokenStore;
  const notebook = new Notebook();

  beforeAll(async () => {
    database = await kind.create();
    source = await openSessions({ ...database.options, logger: notebook });
    store = new RefreshTokenStore(new SessionTable(source));
    await addSessions(
      source,
      Array.from({ length: SESSIONS }, (_, index) => sessionAt(index)),
    );
    const isMysql = kind.name === 'mariadb';
    await source.query(isMysql ? 'ANALYZE TABLE refresh_tokens' : 'ANALYZE refresh_tokens');
  });

  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  async function itsPlans(verb: () => Promise<unknown>) {
    const sent = await notebook.during('refresh_tokens', verb);
    const plans: (Plan & { sql: string })[] = [];
    for (const statement of sent) {
      plans.push({ sql: statement.sql, ...(await planOf(source, statement)) });
    }
    return plans;
  }

  it.each(Object.entries(VERBS))(
    '%s reads no more of the table than it has to',
    async (name, verb) => {
      const plans = await itsPlans(() => verb(store));
      expect(plans).not.toEqual([]);
      expect(plans.filter(({ isScan }) => isScan)).toEqual([]);
      const keys = BY_KEY.includes(name) ? /PRIMARY|PK_|sqlite_autoindex/ : /./;
      for (const { key } of plans) expect(key).toMatch(keys);
    },
  );

  it.each(Object.entries(LIVE_VERBS))(
    "live.%s reads none of the user's that were revoked",
    async (_name, verb) => {
      const plans = await itsPlans(() => verb(store.live));
      const { indices } = source.getMetadata(RefreshToken);
      const ofLive = indices.find(({ columns }) => columns.length === 2);
      const key = expect.stringContaining(ofLive?.name ?? 'none');
      expect(plans).toEqual(plans.map(({ sql }) => ({ sql, isScan: false, key })));
      expect(plans).not.toEqual([]);
    },
  );

  it.each(Object.entries(EXPIRED_VERBS))('%s reads only what is due', async (_name, verb) => {
    const plans = await itsPlans(() => verb(store.expired));
    const bothTwice = Array.from({ length: 4 }, () => ({ isScan: false }));
    expect(plans).toMatchObject(bothTwice);
  });

  it.each(Object.entries(POLL_VERBS))(
    '%s reads only what was revoked lately',
    async (_name, verb) => {
      const plans = await itsPlans(() => verb(store.poll));
      expect(plans).toMatchObject([{ isScan: false, key: expect.stringMatching(/./) }]);
    },
  );
});
