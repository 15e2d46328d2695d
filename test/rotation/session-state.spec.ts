import * as v from 'valibot';
import { AuthEvents } from '../../src/events.js';
import { type SessionOptions, settingsSchema } from '../../src/options.js';
import { RevocationList } from '../../src/sessions/revocation-list.js';
import { RevocationService } from '../../src/sessions/revocation.service.js';
import { SeenTokens } from '../../src/sessions/seen-tokens.js';
import { stateOf } from '../../src/sessions/session-state.js';
import { TurnedClock } from '../host/turned-clock.js';
import { DAY_MS, NOW, type SessionsTable, openSessionsTable } from './sessions-table.js';

let table: SessionsTable;
let seenTokens: SeenTokens;

beforeEach(async () => {
  table = await openSessionsTable();
  const settings = v.parse(settingsSchema, {});
  const clock = new TurnedClock(NOW);
  const list = new RevocationList(settings, table.store, clock);
  const revocations = new RevocationService(settings, clock, table.store, list, new AuthEvents());
  seenTokens = new SeenTokens(table.store, revocations, clock);
});

afterEach(() => table.drop());

async function stateIn(given: SessionOptions = {}) {
  const row = await table.find('a');
  return row && stateOf(row, seenTokens, v.parse(settingsSchema, given));
}

const ROW = {
  generation: 7,
  parentGeneration: 4,
  tokenHash: 'hash of the live token',
  rotatedAtMs: NOW + 1,
  revokedAtMs: NOW + 2,
  revokedReason: 'logout',
  jkt: 'thumbprint',
};

it("what a token is judged by is what its session's row says", async () => {
  await table.add('a', ROW);
  expect(await stateIn()).toEqual({
    generation: 7,
    parentGeneration: 4,
    tokenHash: 'hash of the live token',
    rotatedAtMs: NOW + 1,
    confirmed: false,
    expiresAtMs: NOW + 7 * DAY_MS,
    revokedAtMs: NOW + 2,
    jkt: 'thumbprint',
  });
});

describe('the live token is confirmed', () => {
  it('by its row', async () => {
    await table.add('a', { confirmedAtMs: NOW });
    expect((await stateIn())?.confirmed).toBe(true);
  });

  it.each([
    ['seen here a moment ago', 'a', 7, true],
    ['whose parent was seen', 'a', 4, false],
    ["while another session's was seen", 'b', 7, false],
  ])('or not, %s', async (_what, sessionId, generation, confirmed) => {
    await table.add('a', ROW);
    seenTokens.note(sessionId, generation);
    expect((await stateIn())?.confirmed).toBe(confirmed);
  });
});

describe('a session ends', () => {
  /** Opened and rotated within a second that tokens count from its beginning. */
  const OPENED = { createdAtMs: NOW + 400, rotatedAtMs: NOW + 2 * DAY_MS + 600 };
  const LONG = {
    expiresAtMs: NOW + 100 * DAY_MS,
    absoluteExpiresAtMs: NOW + 100 * DAY_MS,
  };

  it.each<[string, object, SessionOptions, number]>([
    ['when its row says', { ...LONG, expiresAtMs: NOW + 1 }, {}, NOW + 1],
    ['when its row ends for good', { ...LONG, absoluteExpiresAtMs: NOW + 2 }, {}, NOW + 2],
    ['a lifetime after its rotation', LONG, { refreshTtl: '3d' }, NOW + 5 * DAY_MS],
    [
      'a lifetime after it was opened',
      LONG,
      { refreshTtl: '3d', sessionTtl: '4d' },
      NOW + 4 * DAY_MS,
    ],
  ])('%s, where that comes first', async (_what, row, given, endMs) => {
    await table.add('a', { ...OPENED, ...row });
    expect((await stateIn(given))?.expiresAtMs).toBe(endMs);
  });
});
