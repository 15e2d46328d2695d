import type { TokenPairBody } from '../wire.js';

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

/** A session that is over here, while the server may not know it yet. */
export type EndedSession = Pick<Session, 'session_id' | 'refresh_token'>;

/** All that a client keeps. */
export interface SessionRecord {
  readonly session: Session | null;
  /** Sessions that the server is still to be told the end of. */
  readonly ended: readonly EndedSession[];
}

export const EMPTY: SessionRecord = { session: null, ended: [] };

/** Ahead of its end a token is replaced; of a short life, in the last quarter. */
const SHARE_AHEAD = 4;

/** The server counts in whole seconds, so a token may end up to one second early. */
const ROUNDING_MS = 1000;

/** Of a cookie's session no token is kept. */
const KEPT_OF_COOKIE = ['session', 'session_id', 'ended'];

/** @returns the stored value, or null when there is nothing to keep */
export function serialize(record: SessionRecord, isCookie: boolean): string | null {
  if (!record.session && !record.ended.length) return null;
  return JSON.stringify(record, isCookie ? KEPT_OF_COOKIE : null);
}

/**
 * Where nothing is stored, the cookie transport starts from a session without an id: only the server can tell whether
 * there is a cookie.
 *
 * @throws SyntaxError when the value is not one of ours
 */
export function parse(value: string | null, isCookie: boolean): SessionRecord {
  if (value === null) return isCookie ? { session: { session_id: '' }, ended: [] } : EMPTY;
  const record: SessionRecord | null = JSON.parse(value);
  if (!record?.ended) throw SyntaxError();
  return record;
}

/**
 * How long the server still takes the access token. The device's clock is compared with itself alone, so being hours
 * wrong changes nothing; when it is set in between, the answer is wrong once and right again with the next token.
 *
 * @returns 0 or less when it does not; so too when the clock went backwards, or nothing is known
 */
function leftMs({ sentAtMs = Infinity, expires_in: seconds = 0 }: Session): number {
  const ageMs = Date.now() - sentAtMs;
  return ageMs < 0 ? 0 : seconds * 1000 - ageMs;
}

/** Whether the access token is good for a request: neither past its end nor near it. */
export function isFresh(session: Session, aheadMs: number): boolean {
  const { expires_in: seconds = 0 } = session;
  return leftMs(session) > Math.min(aheadMs, (seconds * 1000) / SHARE_AHEAD);
}

/** Whether the server certainly still takes the access token, as far as time goes. */
export function isAlive(session: Session): boolean {
  return leftMs(session) > ROUNDING_MS;
}
