import * as v from 'valibot';
import { settingsSchema } from '../options.js';
import { liveSessions } from './live-session.js';
import { RefreshToken } from './refresh-token.entity.js';

const NOW = 1_767_225_600_000;
const DAY_MS = 86_400_000;
const SETTINGS = v.parse(settingsSchema, {});

const sessionOf = (id: string, rotatedAtMs: number): RefreshToken => ({
  id,
  userId: 'ann',
  tokenHash: `hash of ${id}`,
  generation: 0,
  parentGeneration: null,
  sealedSuccessor: null,
  withdrawnGenerations: null,
  jkt: null,
  createdAtMs: rotatedAtMs,
  rotatedAtMs,
  confirmedAtMs: null,
  expiresAtMs: rotatedAtMs + 7 * DAY_MS,
  absoluteExpiresAtMs: rotatedAtMs + 30 * DAY_MS,
  revokedAtMs: null,
  revokedReason: null,
  ip: null,
  userAgent: null,
  deviceName: null,
});

const idsOf = (rows: readonly RefreshToken[], asking: string | null = null) => {
  const onlooker = asking === null ? null : { sessionId: asking, issuedAtMs: NOW };
  return liveSessions(rows, onlooker, SETTINGS, NOW).map(({ id }) => id);
};

describe('the list of sessions', () => {
  it('begins with the most recently used', () => {
    const rows = [sessionOf('a', NOW - 2), sessionOf('b', NOW - 1), sessionOf('c', NOW - 3)];
    expect(idsOf(rows)).toEqual(['b', 'a', 'c']);
  });

  /** @see issue 11 */
  it('has one order where several were used in the same millisecond, whatever order the rows have', () => {
    const rows = ['b', 'd', 'a', 'c'].map((id) => sessionOf(id, NOW - 1));
    expect(idsOf(rows)).toEqual(['d', 'c', 'b', 'a']);
    expect(idsOf(rows.toReversed())).toEqual(['d', 'c', 'b', 'a']);
  });

  it('shows the session that asks as it was when its token was issued, and the others as they are', () => {
    const asking = sessionOf('b', NOW - DAY_MS);
    Object.assign(asking, { createdAtMs: NOW - 3 * DAY_MS, ip: '::1' });
    const onlooker = { sessionId: 'b', issuedAtMs: NOW - 2 * DAY_MS };
    const [current, other] = liveSessions(
      [sessionOf('a', NOW - 1000), asking],
      onlooker,
      SETTINGS,
      NOW,
    );
    expect(current).toEqual({
      id: 'b',
      current: true,
      createdAtMs: NOW - 3 * DAY_MS,
      lastUsedAtMs: NOW,
      expiresAtMs: NOW + 5 * DAY_MS,
      ip: '::1',
      userAgent: null,
      deviceName: null,
    });
    expect(other).toEqual({
      id: 'a',
      current: false,
      createdAtMs: NOW - 1000,
      lastUsedAtMs: NOW - 1000,
      expiresAtMs: NOW - 1000 + 7 * DAY_MS,
      ip: null,
      userAgent: null,
      deviceName: null,
    });
  });

  it('takes the session that asks for used now, whenever it was', () => {
    const rows = [sessionOf('a', NOW - 1), sessionOf('b', NOW - DAY_MS)];
    expect(idsOf(rows, 'b')).toEqual(['b', 'a']);
  });
});
