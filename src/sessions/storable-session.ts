import { InvalidRequestError } from '../errors.js';
import { LONGEST_SESSION_ID, LONGEST_USER_ID, isStorable } from '../storable-text.js';
import { isThumbprint } from '../tokens/claims.js';

/** Where a login comes from; shown to the user in the list of sessions. */
export interface SessionOrigin {
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly deviceName: string | null;
}

/** How many characters the columns hold. */
const LONGEST = { reason: 64, ip: 45, userAgent: 255, deviceName: 128 } as const;

/**
 * An application's identifier of a user as rows and tokens know it: a number, or an `ObjectId`, as text.
 *
 * @throws TypeError when no row could hold it, and for a number that may stand for two users: a fraction, or one
 *   beyond 2^53, whose last digits are not its own
 */
export function storableUserId(id: unknown): string {
  const text = textOfId(id);
  if (isStorable(text, 1, LONGEST_USER_ID)) return text;
  throw new TypeError(takes('A user id', 1, LONGEST_USER_ID));
}

function textOfId(id: unknown): unknown {
  if (typeof id === 'number' && !Number.isSafeInteger(id)) {
    throw new TypeError(
      'A user id that is a number takes a whole one within 2^53: use a bigint or a string',
    );
  }
  if (typeof id === 'number' || typeof id === 'bigint') return String(id);
  return isHexId(id) ? id.toHexString() : id;
}

/** Whether it is an `ObjectId`, of whichever copy of `bson`. */
const isHexId = (id: unknown): id is { toHexString(): string } =>
  typeof id === 'object' &&
  id !== null &&
  'toHexString' in id &&
  typeof id.toHexString === 'function';

/** @throws TypeError when no row could hold this reason of a revocation */
export function requireReason(reason: unknown): void {
  if (isStorable(reason, 0, LONGEST.reason)) return;
  throw new TypeError(takes('A reason', 0, LONGEST.reason));
}

/** @throws TypeError when this cannot be the identifier of a session */
export function requireSessionId(sessionId: unknown): void {
  if (isSessionId(sessionId)) return;
  throw new TypeError(takes('A session id', 1, LONGEST_SESSION_ID));
}

/** @throws TypeError when this cannot be the thumbprint of a key */
export function requireThumbprint(jkt: unknown): void {
  if (isThumbprint(jkt)) return;
  throw new TypeError('A jkt takes the thumbprint of a key, 43 characters of base64url (RFC 7638)');
}

/** Whether a session may have this identifier. */
export function isSessionId(sessionId: unknown): sessionId is string {
  return isStorable(sessionId, 1, LONGEST_SESSION_ID);
}

/**
 * An origin as a row can hold it: of a `User-Agent` that is too long, the beginning.
 *
 * @throws InvalidRequestError for anything else that no row could hold: it came from a client
 */
export function storableOrigin({ ip, userAgent, deviceName }: SessionOrigin): SessionOrigin {
  const cut = userAgent?.slice(0, LONGEST.userAgent).toWellFormed() ?? null;
  const origin = { ip, userAgent: cut, deviceName };
  for (const name of ['ip', 'userAgent', 'deviceName'] as const) {
    if (isStorable(origin[name] ?? '', 0, LONGEST[name])) continue;
    throw new InvalidRequestError(takes(name, 0, LONGEST[name]));
  }
  return origin;
}

const takes = (name: string, least: 0 | 1, most: number): string =>
  `${name} takes a string of ${least} to ${most} characters without NUL and half surrogate pairs`;
