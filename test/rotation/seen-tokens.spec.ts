import { jest } from '@jest/globals';
import * as v from 'valibot';
import { UnavailableError } from '../../src/errors.js';
import { type AuthEvent, AuthEvents } from '../../src/events.js';
import { settingsSchema } from '../../src/options.js';
import { SeenTokens } from '../../src/sessions/seen-tokens.js';
import { RevocationList } from '../../src/sessions/revocation-list.js';
import { RevocationService } from '../../src/sessions/revocation.service.js';
import { TurnedClock } from '../host/turned-clock.js';
import { NOW, type SessionsTable, openSessionsTable } from './sessions-table.js';

let table: SessionsTable;
let clock: TurnedClock;
let seenTokens: SeenTokens;
let events: AuthEvent[];

function seenTokensOf({ store }: SessionsTable): SeenTokens {
  const settings = v.parse(settingsSchema, {});
  const stream = new AuthEvents();
  stream.all.subscribe((event) => events.push(event));
  const list = new RevocationList(settings, store, clock);
  const revocations = new RevocationService(settings, clock, store, list, stream);
  return new SeenTokens(store, revocations, clock);
}

beforeEach(async () => {
  table = await openSessionsTable();
  clock = new TurnedClock(NOW);
  events = [];
  seenTokens = seenTokensOf(table);
});

afterEach(() => table.drop());

const confirmedAtOf = async (id: string) => (await table.find(id))?.confirmedAtMs;

describe('a live token that was seen in use', () => {
  it('is known at once, and to the row after the next flush', async () => {
    await table.add('a');
    seenTokens.note('a', 0);
    expect(seenTokens.isPending('a', 0)).toBe(true);
    expect(await confirmedAtOf('a')).toBeNull();
    await seenTokens.flush();
    expect(await confirmedAtOf('a')).toBe(NOW);
    expect(seenTokens.isPending('a', 0)).toBe(false);
  });

  it('keeps the time at which it was seen first', async () => {
    await table.add('a', { generation: 3, confirmedAtMs: NOW - 1 });
    seenTokens.note('a', 3);
    await seenTokens.flush();
    expect(await confirmedAtOf('a')).toBe(NOW - 1);
  });

  it('says nothing of another session, or of another generation', async () => {
    seenTokens.note('a', 1);
    expect(seenTokens.isPending('b', 1)).toBe(false);
    expect(seenTokens.isPending('a', 0)).toBe(false);
    expect(seenTokens.isPending('a', 2)).toBe(false);
  });

  it('is not forgotten for an older one that is seen later', () => {
    seenTokens.note('a', 5);
    seenTokens.note('a', 4);
    expect(seenTokens.isPending('a', 5)).toBe(true);
  });

  it('is not swallowed by a newer one', () => {
    seenTokens.note('a', 4);
    seenTokens.note('a', 5);
    expect(seenTokens.isPending('a', 5)).toBe(true);
    expect(seenTokens.isPending('a', 4)).toBe(true);
  });
});

/** @see issue 11 */
describe('a token that was withdrawn and is used all the same', () => {
  /** 4 got 5 and 6, which were withdrawn, and then 7. Before that 1 got 2, which was withdrawn, and 3. */
  const RECOVERED = { generation: 7, parentGeneration: 4, withdrawnGenerations: '2-2,5-6' };
  /** As an instance of an earlier release leaves it. */
  const WITHOUT_HISTORY = { ...RECOVERED, withdrawnGenerations: null };

  it.each([
    ['a withdrawn token', RECOVERED, 5, true],
    ['the last withdrawn token', RECOVERED, 6, true],
    ['one that was withdrawn earlier', RECOVERED, 2, true],
    ['a withdrawn token that the row does not list', WITHOUT_HISTORY, 6, true],
    ['the live token', RECOVERED, 7, false],
    ['its parent', RECOVERED, 4, false],
    ['an ancestor', RECOVERED, 3, false],
    ['the token of the login', RECOVERED, 0, false],
    ['a token newer than the row', RECOVERED, 8, false],
    ['the parent where nothing was withdrawn', { generation: 1, parentGeneration: 0 }, 0, false],
    ['an ancestor in a row without a parent', { generation: 5 }, 3, false],
  ])('%s ends the session by the next flush or not', async (_what, row, generation, ended) => {
    await table.add('a', row);
    seenTokens.note('a', generation);
    await seenTokens.flush();
    expect((await table.find('a'))?.revokedReason).toBe(ended ? 'reuse' : null);
    const common = { sessionId: 'a', userId: 'ann', atMs: NOW };
    const told = [
      { ...common, type: 'session.revoked', reason: 'reuse' },
      { ...common, type: 'token.reused', generation },
    ];
    expect(events).toEqual(ended ? told : []);
  });

  it('is found although a newer one was seen in the same moment', async () => {
    await table.add('a', RECOVERED);
    seenTokens.note('a', 6);
    seenTokens.note('a', 7);
    await seenTokens.flush();
    expect((await table.find('a'))?.revokedReason).toBe('reuse');
  });

  it('is found among many that are not', async () => {
    const ids = Array.from({ length: 120 }, (_, index) => `session ${index}`);
    await Promise.all(ids.map((id) => table.add(id)));
    await table.add('a', RECOVERED);
    for (const id of ids.slice(0, 60)) seenTokens.note(id, 0);
    seenTokens.note('a', 5);
    for (const id of ids.slice(60)) seenTokens.note(id, 0);
    await seenTokens.flush();
    expect(events.map(({ type }) => type)).toEqual(['session.revoked', 'token.reused']);
    expect(await Promise.all(ids.map(confirmedAtOf))).toEqual(ids.map(() => NOW));
  });

  it('is silent in a session that has ended', async () => {
    await table.add('a', { ...RECOVERED, revokedAtMs: NOW, revokedReason: 'logout' });
    seenTokens.note('a', 5);
    await seenTokens.flush();
    expect(events).toEqual([]);
  });
});

describe('a flush', () => {
  it('passes over a token that is no longer, or not yet, the live one', async () => {
    await table.add('a', { generation: 2 });
    for (const generation of [1, 3]) {
      seenTokens.note('a', generation);
      await seenTokens.flush();
      expect(await confirmedAtOf('a')).toBeNull();
    }
  });

  it('writes each session its own generation', async () => {
    await table.add('a', { generation: 1 });
    await table.add('b', { generation: 2 });
    await table.add('c', { generation: 2 });
    seenTokens.note('a', 1);
    seenTokens.note('b', 1);
    seenTokens.note('c', 2);
    await seenTokens.flush();
    expect(await Promise.all(['a', 'b', 'c'].map(confirmedAtOf))).toEqual([NOW, null, NOW]);
  });

  it('writes more sessions than fit one statement', async () => {
    const ids = Array.from({ length: 401 }, (_, index) => `session ${index}`);
    await Promise.all(ids.map((id) => table.add(id)));
    for (const id of ids) seenTokens.note(id, 0);
    await seenTokens.flush();
    expect(await Promise.all(ids.map(confirmedAtOf))).toEqual(ids.map(() => NOW));
  });

  it('keeps what it could not write for the next one', async () => {
    await table.add('a');
    seenTokens.note('a', 0);
    const flushed = table.whileBroken(() => seenTokens.flush());
    await expect(flushed).rejects.toThrow(UnavailableError);
    expect(seenTokens.isPending('a', 0)).toBe(true);
    clock.turn(1);
    await seenTokens.flush();
    expect(await confirmedAtOf('a')).toBe(NOW + 1000);
  });

  it('keeps what is seen while it writes', async () => {
    await table.add('a');
    seenTokens.note('a', 0);
    const flushed = seenTokens.flush();
    seenTokens.note('a', 1);
    await flushed;
    expect(seenTokens.isPending('a', 1)).toBe(true);
  });

  it('looks at no row where every token was the live one', async () => {
    await table.add('a');
    seenTokens.note('a', 0);
    const looks = jest.spyOn(table.store, 'findUnrevoked');
    await seenTokens.flush();
    expect(looks).not.toHaveBeenCalled();
  });

  it('may meet another one', async () => {
    await table.add('a');
    seenTokens.note('a', 0);
    await Promise.all([seenTokens.flush(), seenTokens.flush()]);
    expect(await confirmedAtOf('a')).toBe(NOW);
  });

  it('leaves nothing behind of what it has written', async () => {
    for (const id of ['a', 'b']) seenTokens.note(id, 0);
    await seenTokens.flush();
    const kept = Object.values(seenTokens).filter((value) => value instanceof Map);
    expect(kept).toEqual([new Map()]);
  });

  it('asks nothing of the database when nothing was seen', async () => {
    await expect(table.whileBroken(() => seenTokens.flush())).resolves.toBeUndefined();
  });
});
