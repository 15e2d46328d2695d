import * as v from 'valibot';
import type { RefreshToken } from 'nestjs-baton';
import { settingsSchema } from '../../src/options.js';
import { livingTimes } from '../../src/sessions/session-end.js';
import { SessionLists } from '../../src/sessions/session-lists.js';
import { TurnedClock } from '../host/turned-clock.js';
import { DAY_MS, NOW, type SessionsTable, openSessionsTable } from './sessions-table.js';

let table: SessionsTable;

beforeEach(async () => {
  table = await openSessionsTable();
});

afterEach(() => table.drop());

const SETTINGS = v.parse(settingsSchema, {});
const living = livingTimes(SETTINGS, NOW);
const USED_AT_LEAST = NOW - 7 * DAY_MS + 1000;
const OPENED_AT_LEAST = NOW - 30 * DAY_MS + 1000;

async function foundOf(row: Partial<RefreshToken>, exceptId: string | null = null) {
  await table.add('a', { createdAtMs: NOW - DAY_MS, rotatedAtMs: NOW - DAY_MS, ...row });
  const asked = { userId: 'ann', living, exceptId };
  const places = await table.store.live.findBeyond(asked, 0);
  const ids = await table.store.live.findIds(asked, 10);
  const rows = await table.store.live.find(asked, null);
  expect([places?.id].filter(Boolean)).toEqual(ids);
  expect(rows.map(({ id }) => id)).toEqual(ids);
  return ids;
}

it('the session that asks is shown to nobody but its own user', async () => {
  await table.add('a');
  const lists = new SessionLists(SETTINGS, new TurnedClock(NOW), table.store);
  const asking = { sessionId: 'a', issuedAtMs: NOW };
  expect((await lists.page('ann', asking, {})).sessions).toMatchObject([
    { id: 'a', current: true },
  ]);
  expect((await lists.page('bob', asking, {})).sessions).toEqual([]);
});

/** @see issue 11 */
describe("among a user's live sessions is one", () => {
  it.each<[string, Partial<RefreshToken>]>([
    ['that goes on', {}],
    ['that ends in a millisecond', { expiresAtMs: NOW + 1 }],
    ['whose absolute end is in a millisecond', { absoluteExpiresAtMs: NOW + 1 }],
    ['that was used as long ago as may be', { rotatedAtMs: USED_AT_LEAST }],
    ['that was opened as long ago as may be', { createdAtMs: OPENED_AT_LEAST }],
  ])('%s', async (_what, row) => {
    expect(await foundOf(row)).toEqual(['a']);
  });

  it.each<[string, Partial<RefreshToken>]>([
    ["of somebody else's", { userId: 'bob' }],
    ['that was revoked', { revokedAtMs: NOW - 1 }],
    ['that has ended in this very millisecond', { expiresAtMs: NOW }],
    ['whose absolute end is now', { absoluteExpiresAtMs: NOW }],
    ['that was last used before', { rotatedAtMs: USED_AT_LEAST - 1 }],
    ['that was opened before', { createdAtMs: OPENED_AT_LEAST - 1 }],
  ])('but not one %s', async (_what, row) => {
    expect(await foundOf(row)).toEqual([]);
  });

  it('but not the one that is left out', async () => {
    expect(await foundOf({}, 'a')).toEqual([]);
  });
});
