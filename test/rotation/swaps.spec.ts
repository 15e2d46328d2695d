import type { RefreshToken } from 'nestjs-baton';
import { LateNumber } from '../../src/sessions/late-number.js';
import type { Swap } from '../../src/sessions/session-statements.js';
import { TurnedClock } from '../host/turned-clock.js';
import { DAY_MS, NOW, type SessionsTable, openSessionsTable } from './sessions-table.js';

const SWAP: Swap = {
  id: 'a',
  liveHash: 'hash of a',
  tokenHash: 'hash of the successor',
  generation: 1,
  parentGeneration: 0,
  sealedSuccessor: 'sealed',
  askedAtMs: NOW,
  sentAtMs: new LateNumber(() => NOW),
  expiresAtMs: NOW + 7 * DAY_MS,
  sessionEndsAtMs: NOW + 30 * DAY_MS,
};

let table: SessionsTable;

beforeEach(async () => {
  table = await openSessionsTable();
});

afterEach(() => table.drop());

type Row = Partial<RefreshToken>;

/** What a rotation, and a recovery, ask of the row, each by itself. @see issue 11 */
describe.each([
  ['rotation', (asked: Swap) => table.store.rotate(asked)],
  ['recovery', (asked: Swap) => table.store.recover({ ...asked, withdrawnGenerations: '0-0' })],
])('a %s', (what, swap) => {
  it.each<[string, Row, boolean]>([
    ['as it has to be', {}, true],
    ['whose live token is another', { tokenHash: 'hash of another' }, false],
    ['that was revoked', { revokedAtMs: NOW - 1 }, false],
    ['that has expired in this very millisecond', { expiresAtMs: NOW }, false],
    ['that expires in a millisecond', { expiresAtMs: NOW + 1 }, true],
    ['that ends before the successor', { absoluteExpiresAtMs: NOW + 30 * DAY_MS - 1 }, false],
    ['whose live token was seen in use', { confirmedAtMs: NOW - 1 }, what === 'rotation'],
  ])('of a row %s', async (_what, row, done) => {
    await table.add('a', row);
    const before = await table.find('a');
    expect(await swap(SWAP)).toBe(done);
    const after = await table.find('a');
    expect(after?.tokenHash).toBe(done ? SWAP.tokenHash : before?.tokenHash);
    expect(after?.generation).toBe(done ? 1 : 0);
    expect(after?.confirmedAtMs).toBe(done ? null : before?.confirmedAtMs);
  });

  it('is applied in the millisecond in which its statement is sent, however long that waited', async () => {
    await table.add('a');
    const clock = new TurnedClock(NOW);
    const swapped = swap({ ...SWAP, sentAtMs: new LateNumber(() => clock.nowMs()) });
    clock.turn(2.345);
    expect(await swapped).toBe(true);
    expect((await table.find('a'))?.rotatedAtMs).toBe(NOW + 2_345);
  });

  it('touches no other session', async () => {
    await table.add('a');
    await table.add('b', { tokenHash: 'hash of a' });
    const before = await table.find('b');
    expect(await swap(SWAP)).toBe(true);
    expect(await table.find('b')).toEqual(before);
  });
});
