import { setImmediate as nextTurn } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { AuthEvents } from 'nestjs-baton';
import * as v from 'valibot';
import { settingsSchema } from '../../src/options.js';
import type { PushedRevocation } from '../../src/sessions/revocation-feed.js';
import { RevocationList } from '../../src/sessions/revocation-list.js';
import { RevocationPush } from '../../src/sessions/revocation-push.js';
import { TurnedClock } from '../host/turned-clock.js';
import { NOW, type SessionsTable, openSessionsTable } from './sessions-table.js';

let table: SessionsTable;
let clock: TurnedClock;
let list: RevocationList;
let events: AuthEvents;
let sent: (readonly PushedRevocation[])[];
/** What another instance, or whoever can write to the feed, sends. */
let receive: (message: unknown) => void;

beforeEach(async () => {
  table = await openSessionsTable();
  clock = new TurnedClock(NOW);
  events = new AuthEvents();
  sent = [];
  const settings = v.parse(settingsSchema, {});
  list = new RevocationList(settings, table.store, clock, () => clock.nowMs());
  const feed = {
    publish: (revoked: readonly PushedRevocation[]) => void sent.push(revoked),
    subscribe: (receiver: (message: unknown) => void) => {
      receive = receiver;
    },
  };
  new RevocationPush(feed, list, events, clock).onApplicationBootstrap();
});

afterEach(() => table.drop());

function revoke(sessionId: string): void {
  events.emit({
    type: 'session.revoked',
    sessionId,
    userId: 'ann',
    reason: 'logout',
    atMs: NOW,
  });
}

describe('what this instance has revoked', () => {
  it('in one go is told in one', async () => {
    for (const id of ['a', 'b']) revoke(id);
    await nextTurn();
    revoke('c');
    await nextTurn();
    expect(sent.map((message) => message.map(({ sessionId }) => sessionId))).toEqual([
      ['a', 'b'],
      ['c'],
    ]);
    expect(sent[0]?.[0]).toEqual({ sessionId: 'a', revokedAtMs: NOW });
  });

  it('is told a thousand at a time, which is what the others take', async () => {
    for (let index = 0; index < 2_001; index += 1) revoke(`session ${index}`);
    await nextTurn();
    expect(sent.map(({ length }) => length)).toEqual([1_000, 1_000, 1]);
    for (const message of sent) receive(message);
    expect(list.size).toBe(2_001);
  });
});

it('a feed that fails is told of once, and again once it has been well in between', async () => {
  const told: unknown[] = [];
  const warn = (line: unknown) => void told.push(line);
  Logger.overrideLogger({ log: () => {}, error: () => {}, warn });
  const ills = [true, true, false, true];
  const feed = {
    publish: async () => {
      if (ills.shift() === true) throw new Error('away');
    },
    subscribe: () => {},
  };
  new RevocationPush(feed, list, events, clock).onApplicationBootstrap();
  await nextTurn();
  const counts: number[] = [];
  for (const id of ['a', 'b', 'c', 'd']) {
    revoke(id);
    await nextTurn();
    counts.push(told.length);
  }
  Logger.overrideLogger(false);
  expect(counts).toEqual([1, 1, 1, 2]);
  expect(told[0]).toBe('Revocations are not pushed: away');
});

describe('what another has revoked', () => {
  it('is refused from then on', () => {
    receive([{ sessionId: 'a', revokedAtMs: NOW - 5 }]);
    expect([list.has('a'), list.reasonOf('a')]).toEqual([true, null]);
  });

  it('at a time that has not come yet is forgotten as what is revoked now', async () => {
    receive([{ sessionId: 'a', revokedAtMs: Number.MAX_SAFE_INTEGER }]);
    clock.turn(900 + 60);
    await list.refresh();
    expect(list.has('a')).toBe(true);
    clock.turn(0.001);
    await list.refresh();
    expect(list.size).toBe(0);
  });

  it.each<[string, unknown]>([
    ['no list', { sessionId: 'a', revokedAtMs: NOW }],
    ['without a time', [{ sessionId: 'a' }]],
    ['with half a millisecond', [{ sessionId: 'a', revokedAtMs: NOW + 0.5 }]],
    ['of an id that no session has', [{ sessionId: 'a'.repeat(37), revokedAtMs: NOW }]],
    ['nothing at all', undefined],
    [
      'more than a message may have',
      Array.from({ length: 1_001 }, (_, index) => ({ sessionId: `s${index}`, revokedAtMs: NOW })),
    ],
  ])('is not heard in a message that is %s', (_what, message) => {
    receive(message);
    expect(list.size).toBe(0);
  });
});
