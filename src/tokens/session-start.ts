import { validate as isUuid, version } from 'uuid';

/**
 * When the session of a token began, so that its end can be known without a row: its id is a UUID v7, which begins
 * with the milliseconds of the login (RFC 9562 section 5.7). Of any other id only this much is known, that the token
 * was issued later.
 *
 * @returns Unix seconds
 */
export function sessionStartSeconds({ sid, iat }: { readonly sid: string; readonly iat: number }) {
  const ms = loginTimeMs(sid);
  return ms === null ? iat : Math.min(Math.floor(ms / 1000), iat);
}

/** When a session was opened. Unix milliseconds; null when its id does not tell. */
export function loginTimeMs(sid: string): number | null {
  if (!isUuid(sid) || version(sid) !== 7) return null;
  return Number.parseInt(sid.slice(0, 8) + sid.slice(9, 13), 16);
}
