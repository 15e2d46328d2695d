import type {
  PresentedState,
  RotationPolicy,
  SessionState,
} from '../../src/sessions/rotation-policy.js';

/** When a token is judged, Unix milliseconds. */
export const NOW = 1_767_225_600_000;
/** The rules as they are by default. */
export const POLICY: RotationPolicy = {
  graceSeconds: 10,
  recovery: true,
  maxRecoveries: 0,
  recoverLostWrites: true,
  maxUses: 0,
  boundRotation: true,
};

/** Generation 5 is live, 4 is its parent, the rotation was a minute ago, nobody has used 5 yet. */
export const SESSION: SessionState = {
  generation: 5,
  parentGeneration: 4,
  tokenHash: 'hash of 5',
  rotatedAtMs: NOW - 60_000,
  confirmed: false,
  expiresAtMs: NOW + 60_000,
  revokedAtMs: null,
  jkt: null,
};

/** Nobody has proved a key. */
export const BEARER = { opensSeal: false, jkt: null, isDue: false };

export const NEWER: PresentedState = { ...BEARER, generation: 6, tokenHash: 'hash of 6' };
export const LIVE: PresentedState = { ...BEARER, generation: 5, tokenHash: 'hash of 5' };
export const FORK: PresentedState = { ...BEARER, generation: 5, tokenHash: 'another hash' };
export const PARENT: PresentedState = {
  ...BEARER,
  generation: 4,
  tokenHash: 'hash of 4',
  opensSeal: true,
};
export const BOUND_ELSEWHERE: PresentedState = { ...PARENT, opensSeal: false };
export const OLDER: PresentedState = { ...BEARER, generation: 3, tokenHash: 'hash of 3' };
/** One of each kind that a session can meet. */
export const EVERY_TOKEN = [NEWER, LIVE, FORK, PARENT, BOUND_ELSEWHERE, OLDER];

/** The decision that refuses, as `judge` puts it. */
export const refuse = (why: string) => ({ kind: 'refuse', why });
