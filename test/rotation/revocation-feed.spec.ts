import { jest } from '@jest/globals';
import * as v from 'valibot';
import { UnavailableError } from '../../src/errors.js';
import { settingsSchema } from '../../src/options.js';
import { RevocationList } from '../../src/sessions/revocation-list.js';
import { TurnedClock } from '../host/turned-clock.js';
import { NOW, type SessionsTable, openSessionsTable } from './sessions-table.js';

let table: SessionsTable;

beforeEach(async () => {
  table = await openSessionsTable();
});

afterEach(() => table.drop());

/** A list that has just looked. */
async function freshList(): Promise<RevocationList> {
  const list = new RevocationList(v.parse(settingsSchema, {}), table.store, new TurnedClock(NOW));
  await list.refresh();
  return list;
}

/** @see issue 15: each look read 60 s of rows as entities, and after a storm every guarded request waited */
describe('a cached list after many revocations', () => {
  const MANY = 3_000;

  it('reads each once', async () => {
    const list = await freshList();
    for (let index = 0; index < 30; index += 1) {
      await table.add(`a${index}`, { revokedAtMs: NOW - index * 1000, revokedReason: 'logout' });
    }
    const reads = jest.spyOn(table.store.poll, 'findRevokedBetween');
    await list.refresh();
    expect(reads).toHaveBeenCalledTimes(1);
    await list.refresh();
    expect(reads).toHaveBeenCalledTimes(1);
    await table.add('late', { revokedAtMs: NOW - 20_500, revokedReason: 'logout' });
    await list.refresh();
    expect(reads.mock.calls.slice(1)).toEqual([[NOW - 21_000, NOW - 20_000]]);
    expect(list.isRevoked('late')).toBe(true);
    reads.mockRestore();
  });

  it('reads again what it could not', async () => {
    const list = await freshList();
    await table.add('a', { revokedAtMs: NOW, revokedReason: 'logout' });
    const reads = jest.spyOn(table.store.poll, 'findRevokedBetween');
    reads.mockRejectedValueOnce(new UnavailableError('away'));
    await expect(list.refresh()).rejects.toThrow(UnavailableError);
    await list.refresh();
    expect(list.isRevoked('a')).toBe(true);
    reads.mockRestore();
  });

  it('lets requests go between while it reads', async () => {
    const list = await freshList();
    const rows = Array.from({ length: MANY }, (_, index) => `b${index}`);
    await Promise.all(rows.map((id) => table.add(id, { revokedAtMs: NOW, revokedReason: 'x' })));
    let turns = 0;
    const turning = setInterval(() => (turns += 1), 0);
    const before = turns;
    await list.refresh();
    clearInterval(turning);
    expect(list.isRevoked(`b${MANY - 1}`)).toBe(true);
    expect(turns).toBeGreaterThan(before);
  });
});
