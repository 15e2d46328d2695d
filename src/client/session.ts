import type { TokenPairBody } from '../wire.js';
import type { BatonClock } from './clock.js';

/** A session as this device knows it: what the server sent, and what is known besides. */
export interface Session extends Partial<
  Pick<TokenPairBody, 'access_token' | 'refresh_token' | 'expires_in'>
> {
  /** Empty for a cookie's session before the server has been asked. */
  readonly session_id: string;
  /** When the request that brought the access token was sent, by the device's clock. Unix milliseconds. */
  readonly sentAtMs?: number;
  /** Known only to those who share the storage; binds repeats of a refresh to them. */
  readonly secret?: string;
}

/** Ahead of its end a token is replaced; of a short life, in the last quarter. */
const SHARE_AHEAD = 4;

/** The server counts in whole seconds, so a token may end up to one second early. */
const ROUNDING_MS = 1000;

/**
 * How long the server still takes the access token. The device's clock is compared with itself alone, so being hours
 * wrong changes nothing; when it is set in between, the answer is wrong once and right again with the next token.
 *
 * @returns 0 or less when it does not; so too when the clock went backwards, or nothing is known
 */
export function tokenLeftMs(session: Session | null, nowMs: number): number {
  const { sentAtMs = Infinity, expires_in: seconds = 0 }: Partial<Session> = session ?? {};
  const ageMs = nowMs - sentAtMs;
  return ageMs < 0 ? 0 : seconds * 1000 - ageMs;
}

/** Whether the access token is good for a request: not refused, and neither past its end nor near it. */
export function isGoodBy(aheadMs: number, clock: BatonClock): IsGood {
  return (session, refused) => {
    const { access_token: token, expires_in: seconds = 0 } = session;
    const nearMs = Math.min(aheadMs, (seconds * 1000) / SHARE_AHEAD);
    return token !== refused && tokenLeftMs(session, clock.now()) > nearMs;
  };
}

/** Whether the server certainly still takes the access token, as far as time goes. */
export function isAlive(session: Session, nowMs: number): boolean {
  return tokenLeftMs(session, nowMs) > ROUNDING_MS;
}

/** Whether an access token needs no replacement. @param refused one that was just refused */
export type IsGood = (session: Session, refused?: string) => boolean;

/** Whether the server still takes the access token, as far as is known. @param refused one that was just refused */
export function isTaken(session: Session, nowMs: number, refused?: string): boolean {
  return session.access_token !== refused && isAlive(session, nowMs);
}

/** Whether both hold the same tokens of the same session. */
export function isSame(one: Session | null, other: Session): boolean {
  return one?.session_id === other.session_id && one.refresh_token === other.refresh_token;
}
