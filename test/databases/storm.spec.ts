import type { DataSource } from 'typeorm';
import { type FedRevocation, RevocationPoll } from '../../src/sessions/revocation-poll.store.js';
import { SessionTable } from '../../src/sessions/session-table.js';
import { type FreshDatabase, describeOnEachDatabase } from '../host/databases.js';
import { DAY_MS, NEW_SESSION, NOW, addSessions, openSessions } from '../rotation/sessions-table.js';

/** Sessions, by when and why they were revoked: by one statement, in batches, one by one. */
const REVOKED = [
  { many: 2_500, revokedAtMs: NOW, revokedReason: 'logout' },
  { many: 3, revokedAtMs: NOW, revokedReason: null },
  { many: 1, revokedAtMs: NOW + 1, revokedReason: 'a, b' },
  { many: 1_000, revokedAtMs: NOW + 2, revokedReason: 'logout' },
  { many: 1, revokedAtMs: NOW + 999, revokedReason: 'reuse' },
];
const OTHERS = [NOW - 1, NOW + 1000, null];

const byId = (one: { id: string }, other: { id: string }) => (one.id < other.id ? -1 : 1);

/** @see issue 15: a driver that makes objects of a hundred thousand rows does nothing else meanwhile */
describeOnEachDatabase((kind) => {
  let database: FreshDatabase;
  let source: DataSource;

  beforeAll(async () => {
    database = await kind.create();
    source = await openSessions(database.options);
  });

  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  it('a storm of revocations is handed out five hundred at a time, each session once', async () => {
    const revoked = REVOKED.flatMap(({ many, ...when }) =>
      Array.from({ length: many }, () => when),
    );
    const others = OTHERS.map((revokedAtMs) => ({ revokedAtMs, revokedReason: null }));
    const rows = [...revoked, ...others].map((when, index) => ({
      ...NEW_SESSION,
      ...when,
      id: `0192f0c1-0000-7000-8000-${String((index * 7919) % 1_000_003).padStart(12, '0')}`,
      tokenHash: `hash ${index}`,
      expiresAtMs: NOW + DAY_MS,
    }));
    await addSessions(source, rows);
    const found: FedRevocation[] = [];
    const sizes: number[] = [];
    const poll = new RevocationPoll(new SessionTable(source));
    for await (const page of poll.findRevokedBetween(NOW, NOW + 1000)) {
      sizes.push(page.length);
      found.push(...page);
    }
    expect(sizes).toEqual([500, 500, 500, 500, 500, 500, 500, 5]);
    const expected = rows.slice(0, revoked.length).map(({ id, revokedAtMs, revokedReason }) => ({
      id,
      revokedAtMs,
      reason: revokedReason,
    }));
    expect(found.toSorted(byId)).toEqual(expected.toSorted(byId));
  });
});
