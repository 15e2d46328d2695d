import {
  NOW,
  POLICY,
  SESSION,
  NEWER,
  LIVE,
  FORK,
  PARENT,
  BOUND_ELSEWHERE,
  OLDER,
  EVERY_TOKEN,
  refuse,
} from '../../test/host/judged-tokens.js';
import { type SessionState, isExhausted, judge } from './rotation-policy.js';

describe('a session that is over', () => {
  it.each(EVERY_TOKEN)('is unknown without a row: %j', (presented) => {
    expect(judge(presented, null, POLICY, NOW)).toEqual(refuse('unknown'));
  });

  it.each(EVERY_TOKEN)('is revoked, whatever comes back: %j', (presented) => {
    const session = { ...SESSION, revokedAtMs: NOW };
    expect(judge(presented, session, POLICY, NOW)).toEqual(refuse('revoked'));
  });

  it.each(EVERY_TOKEN)('is expired, whatever comes back: %j', (presented) => {
    const session = { ...SESSION, expiresAtMs: NOW };
    expect(judge(presented, session, POLICY, NOW)).toEqual(refuse('expired'));
  });

  it.each([
    ['revoked wins over expired', { revokedAtMs: NOW, expiresAtMs: NOW - 1 }, 'revoked'],
    ['revoked long ago', { revokedAtMs: NOW - 1_000_000 }, 'revoked'],
    ['revoked at the epoch', { revokedAtMs: 0 }, 'revoked'],
    ['revoked by a clock that is ahead', { revokedAtMs: NOW + 1 }, 'revoked'],
    ['past its end', { expiresAtMs: NOW - 1 }, 'expired'],
    ['in the very millisecond it ends', { expiresAtMs: NOW }, 'expired'],
  ] as const)('is refused: %s', (_what, state, why) => {
    expect(judge(LIVE, { ...SESSION, ...state }, POLICY, NOW)).toEqual(refuse(why));
  });

  it('is not over in the last millisecond before its end', () => {
    const session = { ...SESSION, expiresAtMs: NOW + 1 };
    expect(judge(LIVE, session, POLICY, NOW)).toEqual({ kind: 'rotate' });
  });
});

describe('a token newer than the row', () => {
  it.each([
    ['is accepted', NEWER, {}, { kind: 'advance' }],
    ['is accepted however much was lost', { ...NEWER, generation: 99 }, {}, { kind: 'advance' }],
    ['is unknown where that is off', NEWER, { recoverLostWrites: false }, refuse('unknown')],
    ['is a use like any other', NEWER, { maxUses: 7 }, { kind: 'advance' }],
    ['is refused after the last use', NEWER, { maxUses: 6 }, refuse('exhausted')],
  ] as const)('%s', (_what, presented, policy, decision) => {
    expect(judge(presented, SESSION, { ...POLICY, ...policy }, NOW)).toEqual(decision);
  });
});

describe('a token of the live generation', () => {
  it.each([
    ['is tried again when it is the live one', LIVE, {}, { kind: 'rotate' }],
    ['is tried again while uses are left', LIVE, { maxUses: 6 }, { kind: 'rotate' }],
    ['is refused after the last use', LIVE, { maxUses: 5 }, refuse('exhausted')],
    [
      'is refused where fewer uses are allowed than were had',
      LIVE,
      { maxUses: 1 },
      refuse('exhausted'),
    ],
    ['is a reuse when it is another one', FORK, {}, { kind: 'reuse' }],
    ['is a reuse even after the last use', FORK, { maxUses: 5 }, { kind: 'reuse' }],
    ['is a reuse even if it opens a seal', { ...FORK, opensSeal: true }, {}, { kind: 'reuse' }],
  ] as const)('%s', (_what, presented, policy, decision) => {
    expect(judge(presented, SESSION, { ...POLICY, ...policy }, NOW)).toEqual(decision);
  });
});

describe('the parent of the live token', () => {
  it.each([
    ['in the millisecond of the rotation', { rotatedAtMs: NOW }, 'replay'],
    ['by a clock behind the one that rotated', { rotatedAtMs: NOW + 1 }, 'replay'],
    ['in the last millisecond of the grace period', { rotatedAtMs: NOW - 9_999 }, 'replay'],
    ['there, its successor in use', { rotatedAtMs: NOW - 9_999, confirmed: true }, 'replay'],
    ['in the very millisecond the grace period ends', { rotatedAtMs: NOW - 10_000 }, 'recover'],
    ['there, its successor in use', { rotatedAtMs: NOW - 10_000, confirmed: true }, 'reuse'],
    ['hours later', { rotatedAtMs: NOW - 86_400_000 }, 'recover'],
    [
      'hours later, its successor in use',
      { rotatedAtMs: NOW - 86_400_000, confirmed: true },
      'reuse',
    ],
  ] as const)('%s', (_when, state, kind) => {
    expect(judge(PARENT, { ...SESSION, ...state }, POLICY, NOW)).toEqual({ kind });
  });

  it.each([
    ['a replay', { rotatedAtMs: NOW }],
    ['a recovery', { rotatedAtMs: NOW - 10_000 }],
  ])('with another Idempotency-Key is a reuse where it could have been %s', (_what, state) => {
    expect(judge(BOUND_ELSEWHERE, { ...SESSION, ...state }, POLICY, NOW)).toEqual({
      kind: 'reuse',
    });
  });

  it.each([
    ['is recovered at once without a grace period', { graceSeconds: 0 }, NOW, 'recover'],
    ['has a grace period without recovery', { recovery: false }, NOW - 9_999, 'replay'],
    ['has nothing after it without recovery', { recovery: false }, NOW - 10_000, 'reuse'],
    ['has nothing under strict single use', { graceSeconds: 0, recovery: false }, NOW, 'reuse'],
    [
      'has nothing there when it came before the swap was applied',
      { graceSeconds: 0, recovery: false },
      NOW + 1,
      'reuse',
    ],
  ] as const)('%s', (_what, policy, rotatedAtMs, kind) => {
    const session = { ...SESSION, rotatedAtMs };
    expect(judge(PARENT, session, { ...POLICY, ...policy }, NOW)).toEqual({ kind });
  });

  /** @see issue 11 */
  it.each([
    ['the first of two in a row', 5, 2, { kind: 'recover' }],
    ['the second of two in a row', 6, 2, { kind: 'recover' }],
    ['a third where two are allowed', 7, 2, { kind: 'reuse' }],
    ['any later one', 99, 2, { kind: 'reuse' }],
    ['a second where one is allowed', 6, 1, { kind: 'reuse' }],
    ['the hundredth without a limit', 104, 0, { kind: 'recover' }],
  ] as const)('is given %s', (_what, generation, maxRecoveries, decision) => {
    const session = { ...SESSION, generation };
    expect(judge(PARENT, session, { ...POLICY, maxRecoveries }, NOW)).toEqual(decision);
  });

  it('is replayed within the grace period however often it recovered', () => {
    const session = { ...SESSION, generation: 9, rotatedAtMs: NOW };
    const policy = { ...POLICY, maxRecoveries: 1 };
    expect(judge(PARENT, session, policy, NOW)).toEqual({ kind: 'replay' });
  });

  it.each([
    ['repeats the last use', { rotatedAtMs: NOW }, 5, { kind: 'replay' }],
    ['may recover while uses are left', {}, 6, { kind: 'recover' }],
    ['cannot recover the last use, a recovery is one', {}, 5, refuse('exhausted')],
    ['is a reuse even after the last use', { confirmed: true }, 5, { kind: 'reuse' }],
  ] as const)('%s', (_what, state, maxUses, decision) => {
    const session = { ...SESSION, ...state };
    expect(judge(PARENT, session, { ...POLICY, maxUses }, NOW)).toEqual(decision);
  });
});

describe('an older token', () => {
  /** What a recovery leaves: 3 got 4, which was withdrawn, and then 5. */
  const RECOVERED: SessionState = { ...SESSION, parentGeneration: 3 };
  /** What no token of ours meets: a row that was never rotated and yet is at 5. */
  const ORPHAN: SessionState = { ...SESSION, parentGeneration: null };

  it.each([
    ['the parent of the parent, at once', OLDER, { ...SESSION, rotatedAtMs: NOW }],
    ['the parent of the parent, later', OLDER, SESSION],
    ['the token of the login', { ...OLDER, generation: 0 }, SESSION],
    ['one that opens the seal all the same', { ...OLDER, opensSeal: true }, SESSION],
    ['a withdrawn successor, at once', BOUND_ELSEWHERE, { ...RECOVERED, rotatedAtMs: NOW }],
    ['a withdrawn successor, later', PARENT, RECOVERED],
    ['one of a row without a parent', PARENT, { ...ORPHAN, rotatedAtMs: NOW }],
  ])('is a reuse: %s', (_what, presented, session) => {
    expect(judge(presented, session, POLICY, NOW)).toEqual({ kind: 'reuse' });
  });
});

describe('the number of uses', () => {
  it.each([
    [0, 0, false],
    [1_000_000, 0, false],
    [0, 1, false],
    [1, 1, true],
    [4, 5, false],
    [5, 5, true],
    [6, 5, true],
  ])('after %i refreshes of %i allowed is exhausted: %s', (generation, maxUses, exhausted) => {
    expect(isExhausted(generation, { maxUses })).toBe(exhausted);
  });
});
