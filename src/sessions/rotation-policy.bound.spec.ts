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
import { type PresentedState, type SessionState, judge } from './rotation-policy.js';

describe('a token of a session that is bound to a key', () => {
  const KEY = 'the thumbprint of a key';
  const BOUND: SessionState = { ...SESSION, jkt: KEY };
  const OLDEST: PresentedState = { ...OLDER, generation: 0, tokenHash: 'hash of 0' };
  const OVER = [
    ['a live session', {}],
    ['one that is revoked', { revokedAtMs: NOW }],
    ['one that has ended', { expiresAtMs: NOW }],
  ] as const;
  const STRANGERS = [
    ['no key', null],
    ['another key', 'the thumbprint of another'],
    ['a key that differs in case alone', KEY.toUpperCase()],
    ['an empty key', ''],
  ] as const;

  describe.each(OVER)('of %s', (_which, state) => {
    it.each(STRANGERS)('with %s is unproven, whichever token it is', (_what, jkt) => {
      for (const presented of EVERY_TOKEN) {
        const decision = judge({ ...presented, jkt }, { ...BOUND, ...state }, POLICY, NOW);
        expect(decision).toEqual(refuse('unproven'));
      }
    });
  });

  it.each([
    ['the live one', LIVE, {}, {}, { kind: 'rotate' }],
    ['its parent, at once', PARENT, { rotatedAtMs: NOW }, {}, { kind: 'catchUp' }],
    ['its parent, later', PARENT, {}, {}, { kind: 'catchUp' }],
    ['its parent, its successor in use', PARENT, { confirmed: true }, {}, { kind: 'catchUp' }],
    ['its parent, where nothing may recover', PARENT, {}, { recovery: false }, { kind: 'catchUp' }],
    ['one whose repeats were bound', BOUND_ELSEWHERE, {}, {}, { kind: 'catchUp' }],
    ['one older than the parent', OLDER, {}, {}, { kind: 'catchUp' }],
    ['that of the login', OLDEST, {}, {}, { kind: 'catchUp' }],
    ['another of the live generation', FORK, {}, {}, { kind: 'catchUp' }],
    ['one that the database has lost', NEWER, {}, {}, { kind: 'advance' }],
    ['one of those, where that is off', NEWER, {}, { recoverLostWrites: false }, refuse('unknown')],
    ['any one of a revoked session', OLDER, { revokedAtMs: NOW }, {}, refuse('revoked')],
    ['any one of a session past its end', OLDER, { expiresAtMs: NOW }, {}, refuse('expired')],
    ['an older one while uses are left', OLDER, {}, { maxUses: 6 }, { kind: 'catchUp' }],
    ['an older one after the last use', OLDER, {}, { maxUses: 5 }, refuse('exhausted')],
    ['the live one after the last use', LIVE, {}, { maxUses: 5 }, refuse('exhausted')],
  ] as const)('with its key is judged by the row: %s', (_what, presented, state, policy, then) => {
    const proved = { ...presented, jkt: KEY };
    expect(judge(proved, { ...BOUND, ...state }, { ...POLICY, ...policy }, NOW)).toEqual(then);
  });

  it.each([
    ['stays', LIVE, { isDue: false }, {}, { kind: 'keep' }],
    ['stays, an older copy too', OLDER, { isDue: false }, {}, { kind: 'keep' }],
    ['stays after the last use, for it is none', LIVE, {}, { maxUses: 5 }, { kind: 'keep' }],
    ['is followed once it is due', LIVE, { isDue: true }, {}, { kind: 'rotate' }],
    [
      'is followed once it is due, an older copy too',
      OLDER,
      { isDue: true },
      {},
      { kind: 'catchUp' },
    ],
  ] as const)('%s where such sessions do not rotate', (_what, presented, more, policy, then) => {
    const proved = { ...presented, ...more, jkt: KEY };
    const rules = { ...POLICY, ...policy, boundRotation: false };
    expect(judge(proved, BOUND, rules, NOW)).toEqual(then);
  });

  it('is judged as ever where its session is a bearer’s, whatever key was proved', () => {
    for (const presented of EVERY_TOKEN) {
      const proved = { ...presented, jkt: KEY, isDue: true };
      const rules = { ...POLICY, boundRotation: false };
      expect(judge(proved, SESSION, rules, NOW)).toEqual(judge(presented, SESSION, POLICY, NOW));
    }
  });
});
