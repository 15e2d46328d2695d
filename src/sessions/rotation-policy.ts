import type { Settings } from '../options.js';
import { recoveriesInARow } from './withdrawn-generations.js';

/** What a verified refresh token says of itself. */
export interface PresentedState {
  readonly generation: number;
  readonly tokenHash: string;
  /** Whether the row's sealed successor opens with this token and the `Idempotency-Key` sent with it. */
  readonly opensSeal: boolean;
  /** The thumbprint of the key that was proved together with it; null where none was. */
  readonly jkt: string | null;
  /** Whether half of its lifetime is over. */
  readonly isDue: boolean;
}

/** What the session's row says. */
export interface SessionState {
  readonly generation: number;
  readonly parentGeneration: number | null;
  readonly tokenHash: string;
  readonly rotatedAtMs: number;
  /** Whether the live token was seen in its holder's hands, as far as this instance knows. */
  readonly confirmed: boolean;
  readonly expiresAtMs: number;
  readonly revokedAtMs: number | null;
  /** The thumbprint of the key that the session is bound to; null for a bearer's. */
  readonly jkt: string | null;
}

/** The rules that the judgement depends on. */
export type RotationPolicy = Pick<
  Settings,
  'graceSeconds' | 'recovery' | 'maxRecoveries' | 'recoverLostWrites' | 'maxUses' | 'boundRotation'
>;

export type RotationDecision =
  /** It is the live one after all: try the swap again. */
  | { readonly kind: 'rotate' }
  /** It is newer than the row: the database lost a write. Accept it by a swap on what the row has. */
  | { readonly kind: 'advance' }
  /** Hand out the same successor again, from the seal. */
  | { readonly kind: 'replay' }
  /** Withdraw the successor that nobody used and issue another. */
  | { readonly kind: 'recover' }
  /** An older copy in its holder's hands: hand out the next by a swap on what the row has. */
  | { readonly kind: 'catchUp' }
  /** Sessions that are bound do not rotate, and it is good for a while yet: hand it out again. */
  | { readonly kind: 'keep' }
  /** Two parties hold the session: revoke. */
  | { readonly kind: 'reuse' }
  | { readonly kind: 'refuse'; readonly why: Refusal };

/** Why a token that is no reuse is refused. */
export type Refusal = 'unknown' | 'unproven' | 'revoked' | 'expired' | 'exhausted';

const refuse = (why: Refusal): RotationDecision => ({ kind: 'refuse', why });

/**
 * Judges a genuine refresh token that did not win the swap: it is not, or no longer, the live one.
 * Pure: no clock, no database, no exceptions. The first matching rule decides.
 *
 * @param session the session's row, or `null` when there is none
 * @param nowMs the current time, Unix milliseconds
 * @see RFC 9700 section 4.14.2
 */
export function judge(
  presented: PresentedState,
  session: SessionState | null,
  policy: RotationPolicy,
  nowMs: number,
): RotationDecision {
  if (session === null) return refuse('unknown');
  if (!isProven(presented, session)) return refuse('unproven');
  if (session.revokedAtMs !== null) return refuse('revoked');
  if (session.expiresAtMs <= nowMs) return refuse('expired');
  if (presented.generation > session.generation) return judgeAhead(presented, policy);
  if (session.jkt !== null) return judgeBound(presented, session, policy);
  if (presented.generation === session.generation) return judgeLive(presented, session, policy);
  return judgeSpent(presented, session, policy, nowMs);
}

/** Whether whoever presents a token has proved the key that its session is bound to, if it is. */
export function isProven(
  { jkt }: Pick<PresentedState, 'jkt'>,
  session: Pick<SessionState, 'jkt'>,
): boolean {
  return session.jkt === null || session.jkt === jkt;
}

/**
 * Whatever the holder of the key presents is good: a copy alone is worth nothing, so that nothing is to be detected,
 * and honest processes with old copies of their own live.
 *
 * @see RFC 9449 section 5, RFC 9700 section 4.14
 */
function judgeBound(
  presented: PresentedState,
  session: SessionState,
  policy: RotationPolicy,
): RotationDecision {
  if (!policy.boundRotation && !presented.isDue) return { kind: 'keep' };
  if (isExhausted(session.generation, policy)) return refuse('exhausted');
  const isLive = presented.tokenHash === session.tokenHash;
  return isLive ? { kind: 'rotate' } : { kind: 'catchUp' };
}

function judgeAhead(presented: PresentedState, policy: RotationPolicy): RotationDecision {
  if (!policy.recoverLostWrites) return refuse('unknown');
  return isExhausted(presented.generation, policy) ? refuse('exhausted') : { kind: 'advance' };
}

/** Another hash under the live generation is a fork: only a restored or failed-over database has one. */
function judgeLive(
  presented: PresentedState,
  session: SessionState,
  policy: RotationPolicy,
): RotationDecision {
  if (presented.tokenHash !== session.tokenHash) return { kind: 'reuse' };
  return isExhausted(presented.generation, policy) ? refuse('exhausted') : { kind: 'rotate' };
}

function judgeSpent(
  presented: PresentedState,
  session: SessionState,
  policy: RotationPolicy,
  nowMs: number,
): RotationDecision {
  if (presented.generation !== session.parentGeneration) return { kind: 'reuse' };
  if (!presented.opensSeal) return { kind: 'reuse' };
  // What was presented before the rotation was applied is no earlier for it: without a grace period it is too late.
  const elapsedMs = Math.max(0, nowMs - session.rotatedAtMs);
  if (elapsedMs < policy.graceSeconds * 1000) return { kind: 'replay' };
  if (session.confirmed || !mayRecover(session, policy)) return { kind: 'reuse' };
  return isExhausted(session.generation, policy) ? refuse('exhausted') : { kind: 'recover' };
}

function mayRecover(session: SessionState, { recovery, maxRecoveries }: RotationPolicy): boolean {
  return recovery && (maxRecoveries === 0 || recoveriesInARow(session) < maxRecoveries);
}

/** Each rotation adds one to the generation, so the generation counts the refreshes. */
export function isExhausted(generation: number, policy: Pick<RotationPolicy, 'maxUses'>): boolean {
  return policy.maxUses > 0 && generation >= policy.maxUses;
}
