import { v4, v7 } from 'uuid';
import * as v from 'valibot';
import { type SessionOptions, settingsSchema } from '../../src/options.js';
import { LostLogins } from '../../src/sessions/lost-logins.js';
import { hashOf } from '../../src/tokens/token-hash.js';
import { TurnedClock } from '../host/turned-clock.js';
import { NOW, type SessionsTable, openSessionsTable } from './sessions-table.js';

const SECONDS = NOW / 1000;
const JKT = 'ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0';
const LAG_MS = 10 * 60_000;

let table: SessionsTable;

beforeEach(async () => {
  table = await openSessionsTable();
});

afterEach(() => table.drop());

/** A genuine token of a session whose row is missing. */
const tokenOf = (sid: string, more: object = {}) => ({
  token: 'the token',
  claims: {
    sub: 'ann',
    sid,
    gen: 3,
    jti: 'j',
    iat: SECONDS - 5,
    exp: SECONDS + 60,
    session_exp: SECONDS + 600,
    ...more,
  },
});

const find = (presented: ReturnType<typeof tokenOf>, given: SessionOptions = {}) =>
  new LostLogins(v.parse(settingsSchema, given), new TurnedClock(NOW), table.store).find(presented);

/** @see issue 11 */
describe('a session whose login a database has lost', () => {
  it('is put back as its token says', async () => {
    const sid = v7({ msecs: NOW - 20_000 });
    const session = await find(tokenOf(sid, { cnf: { jkt: JKT } }));
    expect(await table.find(sid)).toEqual(session);
    expect(session).toMatchObject({
      id: sid,
      userId: 'ann',
      tokenHash: hashOf('the token'),
      generation: 3,
      parentGeneration: null,
      jkt: JKT,
      createdAtMs: NOW - 20_000,
      rotatedAtMs: NOW - 5_000,
      confirmedAtMs: null,
      expiresAtMs: NOW + 60_000,
      absoluteExpiresAtMs: NOW + 600_000,
      revokedAtMs: null,
    });
  });

  it.each([
    ['in the millisecond of its login, by a token of that second', 0, SECONDS, NOW],
    ['ten minutes ago', LAG_MS, SECONDS - 5, NOW - 5_000],
  ])('%s, too', async (_when, agoMs, iat, rotatedAtMs) => {
    const sid = v7({ msecs: NOW - agoMs });
    expect(await find(tokenOf(sid, { iat }))).toMatchObject({ id: sid, rotatedAtMs, jkt: null });
  });

  it.each<[string, string, object, SessionOptions]>([
    ['that began too long ago', v7({ msecs: NOW - LAG_MS - 1 }), {}, {}],
    ['whose token ends in this very second', v7({ msecs: NOW }), { exp: SECONDS }, {}],
    ['whose id does not say when it began', v4(), {}, {}],
    ['where nothing is to be put back', v7({ msecs: NOW }), {}, { recoverLostWrites: false }],
  ])('is not put back: one %s', async (_what, sid, more, given) => {
    expect(await find(tokenOf(sid, more), given)).toBeNull();
    expect(await table.ids()).toEqual([]);
  });

  it('is found as it is where it was not lost', async () => {
    const sid = v7({ msecs: NOW });
    await table.add(sid);
    expect(await find(tokenOf(sid))).toMatchObject({ generation: 0, tokenHash: `hash of ${sid}` });
  });
});
