import { validate as isUuid, version } from 'uuid';

/**
 * When the session of a token began, so that its end can be known without a row: its id is a UUID v7, which begins
 * with the milliseconds of the login (RFC 9562 section 5.7). Of any other id only this much is known, that the token
 * was issued later.
 *
 * @returns Unix seconds
 */
export function sessionStartSeconds({ sid, iat }: { readonly sid: string; readonly iat: number }) {
  if (!isUuid(sid) || version(sid) !== 7) return iat;
  const ms = Number.parseInt(sid.slice(0, 8) + sid.slice(9, 13), 16);
  return Math.min(Math.floor(ms / 1000), iat);
}
