import { UnavailableError } from '../../src/errors.js';
import { Confirmations } from '../../src/sessions/confirmations.js';
import { TurnedClock } from '../host/turned-clock.js';
import { NOW, type SessionsTable, openSessionsTable } from './sessions-table.js';

let table: SessionsTable;
let clock: TurnedClock;
let confirmations: Confirmations;

beforeEach(async () => {
  table = await openSessionsTable();
  clock = new TurnedClock(NOW);
  confirmations = new Confirmations(table.store, clock);
});

afterEach(() => table.drop());

const confirmedAtOf = async (id: string) => (await table.find(id))?.confirmedAtMs;

describe('a live token that was seen in use', () => {
  it('is known at once, and to the row after the next flush', async () => {
    await table.add('a');
    confirmations.note('a', 0);
    expect(confirmations.isPending('a', 0)).toBe(true);
    expect(await confirmedAtOf('a')).toBeNull();
    await confirmations.flush();
    expect(await confirmedAtOf('a')).toBe(NOW);
    expect(confirmations.isPending('a', 0)).toBe(false);
  });

  it('keeps the time at which it was seen first', async () => {
    await table.add('a', { generation: 3, confirmedAtMs: NOW - 1 });
    confirmations.note('a', 3);
    await confirmations.flush();
    expect(await confirmedAtOf('a')).toBe(NOW - 1);
  });

  it('says nothing of another session, or of another generation', async () => {
    confirmations.note('a', 1);
    expect(confirmations.isPending('b', 1)).toBe(false);
    expect(confirmations.isPending('a', 0)).toBe(false);
    expect(confirmations.isPending('a', 2)).toBe(false);
  });

  it('is not forgotten for an older one that is seen later', () => {
    confirmations.note('a', 5);
    confirmations.note('a', 4);
    expect(confirmations.isPending('a', 5)).toBe(true);
  });

  it('gives way to a newer one', () => {
    confirmations.note('a', 4);
    confirmations.note('a', 5);
    expect(confirmations.isPending('a', 5)).toBe(true);
    expect(confirmations.isPending('a', 4)).toBe(false);
  });
});

describe('a flush', () => {
  it('passes over a token that is no longer, or not yet, the live one', async () => {
    await table.add('a', { generation: 2 });
    for (const generation of [1, 3]) {
      confirmations.note('a', generation);
      await confirmations.flush();
      expect(await confirmedAtOf('a')).toBeNull();
    }
  });

  it('writes each session its own generation', async () => {
    await table.add('a', { generation: 1 });
    await table.add('b', { generation: 2 });
    await table.add('c', { generation: 2 });
    confirmations.note('a', 1);
    confirmations.note('b', 1);
    confirmations.note('c', 2);
    await confirmations.flush();
    expect(await Promise.all(['a', 'b', 'c'].map(confirmedAtOf))).toEqual([NOW, null, NOW]);
  });

  it('writes more sessions than fit one statement', async () => {
    const ids = Array.from({ length: 401 }, (_, index) => `session ${index}`);
    await Promise.all(ids.map((id) => table.add(id)));
    for (const id of ids) confirmations.note(id, 0);
    await confirmations.flush();
    expect(await Promise.all(ids.map(confirmedAtOf))).toEqual(ids.map(() => NOW));
  });

  it('keeps what it could not write for the next one', async () => {
    await table.add('a');
    confirmations.note('a', 0);
    const flushed = table.whileBroken(() => confirmations.flush());
    await expect(flushed).rejects.toThrow(UnavailableError);
    expect(confirmations.isPending('a', 0)).toBe(true);
    clock.turn(1);
    await confirmations.flush();
    expect(await confirmedAtOf('a')).toBe(NOW + 1000);
  });

  it('keeps what is seen while it writes', async () => {
    await table.add('a');
    confirmations.note('a', 0);
    const flushed = confirmations.flush();
    confirmations.note('a', 1);
    await flushed;
    expect(confirmations.isPending('a', 1)).toBe(true);
  });

  it('asks nothing of the database when nothing was seen', async () => {
    await expect(table.whileBroken(() => confirmations.flush())).resolves.toBeUndefined();
  });
});
