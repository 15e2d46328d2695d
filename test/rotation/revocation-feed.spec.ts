import { jest } from '@jest/globals';
import * as v from 'valibot';
import type { FedRevocation } from '../../src/sessions/revocation-poll.store.js';
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

async function addRevoked(many: number, revokedAtMs: number): Promise<void> {
  const ids = Array.from({ length: many }, (_, index) => `${index} at ${revokedAtMs}`);
  await Promise.all(ids.map((id) => table.add(id, { revokedAtMs, revokedReason: 'logout' })));
}

async function* nothing(): AsyncGenerator<readonly FedRevocation[]> {}

async function* failure(): AsyncGenerator<readonly FedRevocation[]> {
  yield [];
  throw new UnavailableError('away');
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
    reads.mockImplementationOnce(failure);
    await expect(list.refresh()).rejects.toThrow(UnavailableError);
    await list.refresh();
    expect(list.isRevoked('a')).toBe(true);
    reads.mockRestore();
  });

  it('reads a storm in pieces, and of these none again where the next fails', async () => {
    const list = await freshList();
    const counts = [4_000, 1_500, 1].map((count, at) => ({ fromMs: NOW + at * 1000, count }));
    jest.spyOn(table.store.poll, 'countRevoked').mockResolvedValue(counts);
    const reads = jest.spyOn(table.store.poll, 'findRevokedBetween');
    reads.mockImplementationOnce(nothing).mockImplementationOnce(failure);
    await expect(list.refresh()).rejects.toThrow(UnavailableError);
    await list.refresh();
    const first = [NOW, NOW + 1000];
    const second = [NOW + 1000, NOW + 3000];
    expect(reads.mock.calls).toEqual([first, second, second]);
  });

  it('lets requests go between while it reads', async () => {
    const list = await freshList();
    await addRevoked(MANY, NOW);
    let heardInThisTurn = 0;
    let heardInOneTurn = 0;
    list.heard.subscribe(() => {
      heardInThisTurn += 1;
      heardInOneTurn = Math.max(heardInOneTurn, heardInThisTurn);
    });
    let reading = true;
    const turn = () => {
      heardInThisTurn = 0;
      if (reading) setImmediate(turn);
    };
    turn();
    await list.refresh();
    reading = false;
    expect(list.isRevoked(`${MANY - 1} at ${NOW}`)).toBe(true);
    expect(heardInOneTurn).toBe(500);
  });
});
