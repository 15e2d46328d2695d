import { jest } from '@jest/globals';
import * as v from 'valibot';
import { UnavailableError } from '../../src/errors.js';
import { type SessionOptions, settingsSchema } from '../../src/options.js';
import { ExpiredSessionSweeper } from '../../src/sessions/expired-session-sweeper.js';
import { TurnedClock } from '../host/turned-clock.js';
import { DAY_MS, NOW, type SessionsTable, openSessionsTable } from './sessions-table.js';

let table: SessionsTable;

beforeEach(async () => {
  table = await openSessionsTable();
});

afterEach(() => table.drop());

const sweep = (given: SessionOptions = {}): Promise<number> =>
  new ExpiredSessionSweeper(
    v.parse(settingsSchema, given),
    table.store,
    new TurnedClock(NOW),
  ).sweep();

describe('the sweep', () => {
  it.each([
    ['lives', {}, true],
    ['ends in a millisecond', { absoluteExpiresAtMs: NOW + 1 }, true],
    ['ends in this very millisecond', { absoluteExpiresAtMs: NOW }, false],
    ['ended long ago', { absoluteExpiresAtMs: NOW - DAY_MS }, false],
    ['was revoked just now', { revokedAtMs: NOW }, true],
    ['was revoked while a token of it may live', { revokedAtMs: NOW - 7 * DAY_MS + 1 }, true],
    ['was revoked before every token of it had expired', { revokedAtMs: NOW - 7 * DAY_MS }, false],
    ['was revoked and has ended', { revokedAtMs: NOW, absoluteExpiresAtMs: NOW }, false],
  ])('of a session that %s', async (_what, values, stays) => {
    await table.add('a', values);
    expect(await sweep()).toBe(stays ? 0 : 1);
    expect(await table.ids()).toEqual(stays ? ['a'] : []);
  });

  it('waits for access tokens where they live longer than refresh tokens', async () => {
    const given = { accessTtl: 3600, refreshTtl: 60 };
    await table.add('a', { revokedAtMs: NOW - 3_599_999 });
    await table.add('b', { revokedAtMs: NOW - 3_600_000 });
    expect(await sweep(given)).toBe(1);
    expect(await table.ids()).toEqual(['a']);
  });

  it('takes what is over and leaves what is not', async () => {
    await table.add('a');
    await table.add('b', { absoluteExpiresAtMs: NOW });
    await table.add('c');
    expect(await sweep()).toBe(1);
    expect(await table.ids()).toEqual(['a', 'c']);
  });

  it('takes more than fit one statement', async () => {
    const ids = Array.from({ length: 401 }, (_, index) => `session ${index}`);
    await Promise.all(ids.map((id) => table.add(id, { absoluteExpiresAtMs: NOW })));
    expect(await sweep()).toBe(401);
    expect(await table.ids()).toEqual([]);
  });

  /** @see issue 15: a million due rows froze a server on SQLite for five seconds */
  it('lets requests go between its batches', async () => {
    const ids = Array.from({ length: 601 }, (_, index) => `session ${index}`);
    await Promise.all(ids.map((id) => table.add(id, { absoluteExpiresAtMs: NOW })));
    const left: number[] = [];
    const looking = setInterval(() => void table.ids().then((rows) => left.push(rows.length)), 1);
    await sweep();
    clearInterval(looking);
    expect(left).toContain(401);
    expect(left).toContain(201);
  });

  it('leaves to another instance what that is at', async () => {
    const ids = Array.from({ length: 401 }, (_, index) => `session ${index}`);
    await Promise.all(ids.map((id) => table.add(id, { absoluteExpiresAtMs: NOW })));
    const swept = await Promise.all([sweep(), sweep()]);
    expect(swept.toSorted((one, other) => one - other)).toEqual([0, 401]);
  });

  it('says so when the database is away', async () => {
    await expect(table.whileBroken(() => sweep())).rejects.toThrow(UnavailableError);
  });
});

it('what another instance is at is left to that one', async () => {
  const purge = jest.spyOn(table.store.expired, 'purge');
  purge.mockResolvedValue({ found: 200, deleted: 199 });
  expect(await sweep()).toBe(2 * 199);
  expect(purge).toHaveBeenCalledTimes(2);
});
