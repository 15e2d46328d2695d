import * as fc from 'fast-check';
import {
  type PresentedState,
  type RotationPolicy,
  type SessionState,
  judge,
} from './rotation-policy.js';

const NOW = 1_767_225_600_000;
const nearNow = fc.integer({ min: -15_000, max: 15_000 }).map((ms) => NOW + ms);
const generation = fc.nat({ max: 4 });
const tokenHash = fc.constantFrom('one hash', 'another hash');

const anyKey = fc.constantFrom('one key', 'another key');

const anyPresented: fc.Arbitrary<PresentedState> = fc.record({
  generation,
  tokenHash,
  opensSeal: fc.boolean(),
  jkt: fc.option(anyKey),
  isDue: fc.boolean(),
});

const anySession: fc.Arbitrary<SessionState> = fc.record({
  generation,
  parentGeneration: fc.option(generation),
  tokenHash,
  rotatedAtMs: nearNow,
  confirmed: fc.boolean(),
  expiresAtMs: nearNow,
  revokedAtMs: fc.option(nearNow, { freq: 4 }),
  jkt: fc.constant(null),
});

/** A session that is bound to a key, and a token that is as old or as new as can be. */
const anyBoundSession = fc
  .tuple(anySession, anyKey)
  .map(([session, jkt]): SessionState & { readonly jkt: string } => ({ ...session, jkt }));

const anyPolicy: fc.Arbitrary<RotationPolicy> = fc.record({
  graceSeconds: fc.nat({ max: 12 }),
  recovery: fc.boolean(),
  maxRecoveries: fc.nat({ max: 3 }),
  recoverLostWrites: fc.boolean(),
  maxUses: fc.nat({ max: 4 }),
  boundRotation: fc.boolean(),
});

/** A live session and the parent of its live token: what most of the rules are about. */
const parentAndSession = fc
  .tuple(anyPresented, anySession)
  .map(([presented, session]): [PresentedState, SessionState] => [
    { ...presented, opensSeal: true },
    {
      ...session,
      generation: presented.generation + 1,
      parentGeneration: presented.generation,
      expiresAtMs: NOW + 60_000,
      revokedAtMs: null,
    },
  ]);

const anyCase = fc.oneof(fc.tuple(anyPresented, anySession), parentAndSession);

/** In this order a parent meets them as time goes by; none ever comes back. */
const COURSE = ['replay', 'recover', 'refuse'];

describe('judge', () => {
  it('has an answer to everything', () => {
    const kinds = ['rotate', 'advance', 'replay', 'recover', 'reuse', 'refuse'];
    fc.assert(
      fc.property(anyPresented, fc.option(anySession), anyPolicy, (presented, session, policy) => {
        expect(kinds).toContain(judge(presented, session, policy, NOW).kind);
      }),
    );
  });

  it('answers a revoked session with nothing but revoked', () => {
    fc.assert(
      fc.property(anyCase, nearNow, anyPolicy, ([presented, session], revokedAtMs, policy) => {
        const decision = judge(presented, { ...session, revokedAtMs }, policy, NOW);
        expect(decision).toEqual({ kind: 'refuse', why: 'revoked' });
      }),
    );
  });

  it('gives nothing out, and accuses nobody, once a session has ended', () => {
    fc.assert(
      fc.property(anyCase, anyPolicy, fc.nat(), ([presented, session], policy, late) => {
        const decision = judge(presented, session, policy, session.expiresAtMs + late);
        expect(decision.kind).toBe('refuse');
      }),
    );
  });

  it('replays and recovers only for the parent whose seal opens', () => {
    fc.assert(
      fc.property(anyCase, anyPolicy, ([presented, session], policy) => {
        const { kind } = judge(presented, session, policy, NOW);
        const entitled =
          presented.opensSeal &&
          presented.generation === session.parentGeneration &&
          presented.generation < session.generation;
        expect(entitled || !['replay', 'recover'].includes(kind)).toBe(true);
      }),
    );
  });

  it('replays within the grace period alone and recovers after it alone', () => {
    fc.assert(
      fc.property(parentAndSession, anyPolicy, ([presented, session], policy) => {
        const elapsedMs = Math.max(0, NOW - session.rotatedAtMs);
        const inGrace = elapsedMs < policy.graceSeconds * 1000;
        const { kind } = judge(presented, session, policy, NOW);
        expect(kind === 'replay').toBe(inGrace);
        expect(['reuse', 'recover', 'refuse'].includes(kind)).toBe(!inGrace);
      }),
    );
  });

  it('never recovers what was seen in use', () => {
    fc.assert(
      fc.property(anyCase, anyPolicy, ([presented, session], policy) => {
        const { kind } = judge(presented, { ...session, confirmed: true }, policy, NOW);
        expect(kind).not.toBe('recover');
      }),
    );
  });

  it('never recovers more often in a row than is allowed', () => {
    fc.assert(
      fc.property(anyCase, anyPolicy, ([presented, session], policy) => {
        const inARow = session.generation - (session.parentGeneration ?? session.generation) - 1;
        const isBeyond = policy.maxRecoveries > 0 && inARow >= policy.maxRecoveries;
        const { kind } = judge(presented, session, policy, NOW);
        expect(kind === 'recover' && isBeyond).toBe(false);
      }),
    );
  });

  it('lets a parent go from replay by way of recovery to the end, and never back', () => {
    const laterMs = fc.nat({ max: 70_000 });
    fc.assert(
      fc.property(parentAndSession, anyPolicy, laterMs, ([presented, state], policy, later) => {
        const session = { ...state, confirmed: false };
        const rules = { ...policy, recovery: true, maxRecoveries: 0 };
        const now = COURSE.indexOf(judge(presented, session, rules, NOW).kind);
        const then = COURSE.indexOf(judge(presented, session, rules, NOW + later).kind);
        expect(now).toBeGreaterThanOrEqual(0);
        expect(then).toBeGreaterThanOrEqual(now);
      }),
    );
  });

  it('hands on only what is live, or newer than all that is known', () => {
    fc.assert(
      fc.property(anyCase, anyPolicy, ([presented, session], policy) => {
        const { kind } = judge(presented, session, policy, NOW);
        const isLive =
          presented.generation === session.generation && presented.tokenHash === session.tokenHash;
        expect(isLive || kind !== 'rotate').toBe(true);
        expect(presented.generation > session.generation || kind !== 'advance').toBe(true);
      }),
    );
  });

  it('gives every token one use where there is no grace and no recovery', () => {
    fc.assert(
      fc.property(anyCase, anyPolicy, ([presented, session], policy) => {
        const strict = { ...policy, graceSeconds: 0, recovery: false };
        expect(['replay', 'recover']).not.toContain(judge(presented, session, strict, NOW).kind);
      }),
    );
  });

  it('gives nothing of a bound session to whoever has not its key, and accuses nobody', () => {
    fc.assert(
      fc.property(anyPresented, anyBoundSession, anyPolicy, (presented, session, policy) => {
        const decision = judge(presented, session, policy, NOW);
        const isUnproven = decision.kind === 'refuse' && decision.why === 'unproven';
        expect(isUnproven).toBe(presented.jkt !== session.jkt);
        expect(decision.kind).not.toBe('reuse');
      }),
    );
  });

  it('refuses the holder of the key nothing but the end of the session, lost writes and used-up uses', () => {
    fc.assert(
      fc.property(anyPresented, anyBoundSession, anyPolicy, (presented, session, policy) => {
        const proved = { ...presented, jkt: session.jkt };
        const live = { ...session, revokedAtMs: null, expiresAtMs: NOW + 1 };
        const rules = { ...policy, recoverLostWrites: true, maxUses: 0 };
        const kinds = ['rotate', 'advance', 'catchUp', ...(policy.boundRotation ? [] : ['keep'])];
        expect(kinds).toContain(judge(proved, live, rules, NOW).kind);
      }),
    );
  });

  it('goes by a bound session’s key and generation alone: not by grace, seal or confirmation', () => {
    fc.assert(
      fc.property(
        anyPresented,
        anyBoundSession,
        anyPolicy,
        anySession,
        fc.boolean(),
        (presented, session, policy, other, opensSeal) => {
          const { parentGeneration, rotatedAtMs, confirmed } = other;
          const changed = { ...session, parentGeneration, rotatedAtMs, confirmed };
          const decision = judge({ ...presented, opensSeal }, changed, policy, NOW);
          expect(decision).toEqual(judge(presented, session, policy, NOW));
        },
      ),
    );
  });
});
