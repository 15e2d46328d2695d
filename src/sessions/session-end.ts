import type { Settings } from '../options.js';
import type { SessionRow } from './refresh-token.entity.js';

type Times = Pick<
  SessionRow,
  'createdAtMs' | 'rotatedAtMs' | 'expiresAtMs' | 'absoluteExpiresAtMs'
>;

/**
 * When a session ends unless it is refreshed: at the earliest of what its row says and what the lifetimes are now, so
 * that shortening one of them acts on the sessions that there are. Unix milliseconds.
 */
export function sessionEndMs(session: Times, settings: Settings): number {
  return Math.min(
    session.expiresAtMs,
    session.absoluteExpiresAtMs,
    wholeSeconds(session.createdAtMs) + settings.sessionTtlSeconds * 1000,
    wholeSeconds(session.rotatedAtMs) + settings.refreshTtlSeconds * 1000,
  );
}

/** What a row's times have to be for its session to go on: {@link sessionEndMs} as a database can be asked for it. */
export interface LivingTimes {
  /** Both ends are after it. */
  readonly nowMs: number;
  /** It was opened then or later. */
  readonly createdSinceMs: number;
  /** It was used then or later. */
  readonly usedSinceMs: number;
}

export function livingTimes(settings: Settings, nowMs: number): LivingTimes {
  const since = (ttlSeconds: number): number => wholeSeconds(nowMs) + (1 - ttlSeconds) * 1000;
  return {
    nowMs,
    createdSinceMs: since(settings.sessionTtlSeconds),
    usedSinceMs: since(settings.refreshTtlSeconds),
  };
}

/** Tokens count whole seconds, from the second in which they were issued. */
const wholeSeconds = (ms: number): number => ms - (ms % 1000);
