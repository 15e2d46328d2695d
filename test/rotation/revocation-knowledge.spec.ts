import { jest } from '@jest/globals';
import * as v from 'valibot';
import { UnavailableError } from '../../src/errors.js';
import { type SessionOptions, settingsSchema } from '../../src/options.js';
import { RevocationList } from '../../src/sessions/revocation-list.js';
import { TurnedClock } from '../host/turned-clock.js';
import { NOW, type SessionsTable, openSessionsTable } from './sessions-table.js';

let table: SessionsTable;
let clock: TurnedClock;
let monotonic: TurnedClock;

beforeEach(async () => {
  table = await openSessionsTable();
  clock = new TurnedClock(NOW);
  monotonic = new TurnedClock(5_000);
});

afterEach(() => table.drop());

const listWith = (given: SessionOptions = {}) =>
  new RevocationList(v.parse(settingsSchema, given), table.store, clock, () => monotonic.nowMs());

/** Whose ends a list tells of. */
function heardBy(list: RevocationList): string[] {
  const heard: string[] = [];
  list.heard.subscribe((id) => heard.push(id));
  return heard;
}

describe('of a revoked session', () => {
  it('the reason is known that was given first', () => {
    const list = listWith();
    list.add('a', NOW, 'logout');
    list.add('a', NOW, 'reuse');
    expect(list.has('a')).toBe(true);
    expect(list.reasonOf('a')).toBe('logout');
  });

  it('no reason is known that was only pushed, until a row says so', async () => {
    await table.add('a', { revokedAtMs: NOW, revokedReason: 'logout' });
    const list = listWith();
    list.add('a', NOW, null);
    expect(list.has('a')).toBe(true);
    expect(list.reasonOf('a')).toBeNull();
    await list.refresh();
    expect(list.reasonOf('a')).toBe('logout');
  });

  it('is told once, when it is first heard of', () => {
    const list = listWith();
    const heard = heardBy(list);
    for (const reason of [null, 'logout', 'reuse']) list.add('a', NOW, reason);
    expect(heard).toEqual(['a']);
  });

  it('strict tells, and keeps nothing; off does not even tell', () => {
    const strict = listWith({ revocation: 'strict' });
    const off = listWith({ revocation: 'off' });
    const heard = [strict, off].map(heardBy);
    for (const list of [strict, off]) list.add('a', NOW, 'logout');
    expect(heard).toEqual([['a'], []]);
    expect([strict, off].map((list) => list.has('a'))).toEqual([false, false]);
  });
});

it('nothing is known of a session that was not revoked', () => {
  const list = listWith();
  list.add('a', NOW, 'logout');
  expect(list.has('b')).toBe(false);
  expect(list.reasonOf('b')).toBeNull();
});

describe('a session is forgotten', () => {
  const KEPT_SECONDS = 960;

  it.each([
    ['the time is set', KEPT_SECONDS + 60, KEPT_SECONDS],
    ['the time does not pass', KEPT_SECONDS, KEPT_SECONDS + 60],
  ])('on both clocks, not before: where %s', async (_what, byTheClock, byTheOther) => {
    const list = listWith();
    list.add('a', NOW, 'logout');
    clock.turn(byTheClock);
    monotonic.turn(byTheOther);
    await list.refresh();
    expect(list.has('a')).toBe(true);
    clock.turn(0.001);
    monotonic.turn(0.001);
    await list.refresh();
    expect(list.has('a')).toBe(false);
  });
});

it('a look asks for whole seconds, from the one in which the minute before the last look began', async () => {
  const list = listWith();
  clock.turn(0.4);
  await list.refresh();
  const looks = jest.spyOn(table.store.poll, 'countRevoked');
  clock.turn(1);
  await list.refresh();
  expect(looks.mock.calls).toEqual([[NOW - 60_000]]);
});

describe('a list that nobody keeps up', () => {
  it('asks the database for the next request, and is kept up again from then on', async () => {
    const list = listWith();
    await list.refresh();
    list.pause();
    const answer = list.isRevoked('a');
    expect(answer).toBeInstanceOf(Promise);
    expect(await answer).toBe(false);
    expect(list.isRevoked('a')).toBe(false);
  });

  it('is one of which nobody has asked anything for ten seconds', async () => {
    const list = listWith();
    expect(list.wasAskedLately()).toBe(false);
    await list.isRevoked('a');
    expect(list.wasAskedLately()).toBe(true);
    monotonic.turn(9.999);
    expect(list.wasAskedLately()).toBe(true);
    monotonic.turn(0.001);
    expect(list.wasAskedLately()).toBe(false);
  });
});

describe('a request that finds the list too old', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('waits two seconds for a database that does not answer, and is then refused', async () => {
    const never = new Promise<never>(() => {});
    jest.spyOn(table.store.poll, 'countRevoked').mockReturnValue(never);
    const refused = jest.fn();
    void Promise.resolve(listWith().isRevoked('a')).catch(refused);
    await jest.advanceTimersByTimeAsync(1_999);
    expect(refused).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    expect(refused).toHaveBeenCalledWith(expect.any(UnavailableError));
  });

  it('leaves no timer behind once it is answered', async () => {
    jest.spyOn(table.store.poll, 'countRevoked').mockResolvedValue([]);
    expect(await listWith().isRevoked('a')).toBe(false);
    expect(jest.getTimerCount()).toBe(0);
  });
});
