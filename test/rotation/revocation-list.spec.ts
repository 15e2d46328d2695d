import { jest } from '@jest/globals';
import * as v from 'valibot';
import { UnavailableError } from '../../src/errors.js';
import { type SessionOptions, settingsSchema } from '../../src/options.js';
import { RevocationList } from '../../src/sessions/revocation-list.js';
import { TurnedClock } from '../host/turned-clock.js';
import { NOW, type SessionsTable, openSessionsTable } from './sessions-table.js';

let table: SessionsTable;
let clock: TurnedClock;
/** Another one, that nobody sets: real time passes on both. */
let monotonic: TurnedClock;

beforeEach(async () => {
  table = await openSessionsTable();
  clock = new TurnedClock(NOW);
  monotonic = new TurnedClock(0);
});

afterEach(() => table.drop());

const listWith = (given: SessionOptions = {}) =>
  new RevocationList(v.parse(settingsSchema, given), table.store, clock, () => monotonic.nowMs());

function pass(seconds: number): void {
  clock.turn(seconds);
  monotonic.turn(seconds);
}

/** How many statements a task sends. */
async function statementsOf(task: () => Promise<unknown>): Promise<number> {
  const asked = jest.spyOn(table.store.poll, 'countRevoked');
  await task();
  const times = asked.mock.calls.length;
  asked.mockRestore();
  return times;
}

/** A list that has just looked. */
async function freshList(given: SessionOptions = {}): Promise<RevocationList> {
  const list = listWith(given);
  await list.refresh();
  return list;
}

describe('a cached list', () => {
  it('knows at once what this instance has revoked, without asking the database', async () => {
    const list = await freshList();
    list.add('a', NOW, 'logout');
    await table.whileBroken(async () => {
      expect(list.isRevoked('a')).toBe(true);
      expect(list.isRevoked('b')).toBe(false);
    });
  });

  it('knows what another instance has revoked after the next look', async () => {
    const list = await freshList();
    await table.add('a');
    await table.store.revoke('a', 'logout', NOW);
    expect(list.isRevoked('a')).toBe(false);
    await list.refresh();
    expect(list.isRevoked('a')).toBe(true);
  });

  it('knows what was revoked before the start while access tokens of it may live', async () => {
    await table.add('a');
    await table.store.revoke('a', 'logout', NOW - 900_000);
    expect((await freshList()).isRevoked('a')).toBe(true);
  });

  it('finds what a clock up to a minute behind, or a slow commit, has revoked', async () => {
    const list = await freshList();
    clock.turn(1);
    await list.refresh();
    await table.add('a');
    await table.store.revoke('a', 'logout', NOW - 59_000);
    await list.refresh();
    expect(list.isRevoked('a')).toBe(true);
  });

  it('forgets a session once the last access token of it has expired, not before', async () => {
    const list = await freshList();
    list.add('a', NOW, 'logout');
    pass(900);
    await list.refresh();
    expect(list.isRevoked('a')).toBe(true);
    pass(60.001);
    await list.refresh();
    expect(list.isRevoked('a')).toBe(false);
  });
});

/** @see issue 11 */
describe('a cached list whose clock is set', () => {
  const MINUTES = 60;

  it('forgets nothing when it jumps ahead and back', async () => {
    const list = await freshList();
    list.add('a', NOW, 'logout');
    for (const minutes of [17, -17, 600, -600]) {
      clock.turn(minutes * MINUTES);
      await list.refresh();
      expect(list.isRevoked('a')).toBe(true);
    }
  });

  it('forgets nothing when it goes back: the tokens live longer, too', async () => {
    const list = await freshList();
    list.add('a', NOW, 'logout');
    clock.turn(-17 * MINUTES);
    pass(32 * MINUTES);
    await list.refresh();
    expect(list.isRevoked('a')).toBe(true);
    pass(MINUTES + 0.001);
    await list.refresh();
    expect(list.isRevoked('a')).toBe(false);
  });

  it('looks as far back as at the start when it went back', async () => {
    clock.turn(17 * MINUTES);
    const list = await freshList();
    await table.add('a');
    await table.store.revoke('a', 'logout', NOW);
    clock.turn(-17 * MINUTES);
    await list.refresh();
    expect(list.isRevoked('a')).toBe(true);
  });

  it('looks no farther back than a minute while it runs on', async () => {
    await table.add('a');
    await table.store.revoke('a', 'logout', NOW - 61_000);
    const list = await freshList();
    const looks = jest.spyOn(table.store.poll, 'countRevoked');
    pass(1);
    await list.refresh();
    expect(looks.mock.calls).toEqual([[NOW - 60_000]]);
  });

  it('is no longer trusted after five polls, wherever the clock was set to', async () => {
    const list = await freshList();
    clock.turn(-17 * MINUTES);
    monotonic.turn(4.999);
    await table.whileBroken(async () => expect(list.isRevoked('a')).toBe(false));
    monotonic.turn(0.001);
    const asked = table.whileBroken(async () => list.isRevoked('a'));
    await expect(asked).rejects.toThrow(UnavailableError);
  });
});

describe('a cached list that has grown old', () => {
  it('is asked of the database before it is trusted again', async () => {
    const list = await freshList();
    await table.add('a');
    await table.store.revoke('a', 'logout', NOW);
    clock.turn(5);
    expect(await list.isRevoked('a')).toBe(true);
    expect(list.isRevoked('a')).toBe(true);
  });

  it('is asked of the database once, however many requests find it so', async () => {
    const list = await freshList();
    pass(5);
    const requests = () => Promise.all(Array.from({ length: 50 }, async () => list.isRevoked('a')));
    expect(await statementsOf(requests)).toBe(1);
    expect(await statementsOf(requests)).toBe(0);
    pass(5);
    expect(await statementsOf(requests)).toBe(1);
  });

  it('is trusted until the fifth poll was missed', async () => {
    const list = await freshList();
    clock.turn(4.999);
    await table.whileBroken(async () => expect(list.isRevoked('a')).toBe(false));
    clock.turn(0.001);
    const asked = table.whileBroken(async () => list.isRevoked('a'));
    await expect(asked).rejects.toThrow(UnavailableError);
  });

  it('is trusted for as many polls where they are farther apart', async () => {
    const list = await freshList({ revocationPoll: 60 });
    clock.turn(299.999);
    expect(list.isRevoked('a')).toBe(false);
    clock.turn(0.001);
    const asked = list.isRevoked('a');
    expect(asked).toBeInstanceOf(Promise);
    await asked;
  });

  it('is not trusted before its first look', async () => {
    const asked = table.whileBroken(async () => listWith().isRevoked('a'));
    await expect(asked).rejects.toThrow(UnavailableError);
    expect(await listWith().isRevoked('a')).toBe(false);
  });

  it('does not refuse what it knows any less when the database is away', async () => {
    const list = await freshList();
    list.add('a', NOW, 'logout');
    await table.whileBroken(async () => {
      await expect(list.refresh()).rejects.toThrow(UnavailableError);
      expect(list.isRevoked('a')).toBe(true);
    });
  });
});

describe('a strict list', () => {
  it('asks the row each time', async () => {
    const list = listWith({ revocation: 'strict' });
    await table.add('a');
    expect(await list.isRevoked('a')).toBe(false);
    await table.store.revoke('a', 'logout', NOW);
    expect(await list.isRevoked('a')).toBe(true);
  });

  it('refuses a session that has no row', async () => {
    expect(await listWith({ revocation: 'strict' }).isRevoked('a')).toBe(true);
  });

  it('lets nobody in while the database is away', async () => {
    const list = listWith({ revocation: 'strict' });
    const asked = table.whileBroken(async () => list.isRevoked('a'));
    await expect(asked).rejects.toThrow(UnavailableError);
  });
});

it('lets access tokens live out their lifetime when it is off', async () => {
  const list = listWith({ revocation: 'off' });
  await table.add('a');
  await table.store.revoke('a', 'logout', NOW);
  list.add('a', NOW, 'logout');
  expect(list.isRevoked('a')).toBe(false);
});

it.each(['off', 'strict'] as const)('does not grow while it is %s', async (revocation) => {
  const list = listWith({ revocation });
  const heldBefore = JSON.stringify(Object.values(list).map(sizeOf));
  for (let id = 0; id < 100; id += 1) list.add(String(id), NOW, 'logout');
  expect(JSON.stringify(Object.values(list).map(sizeOf))).toBe(heldBefore);
});

const sizeOf = (value: unknown): number => (value instanceof Map ? value.size : 0);
