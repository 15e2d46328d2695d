/** The codes that a guarded route refuses an access token with. */
const REFUSALS: readonly unknown[] = ['token_expired', 'invalid_token', 'session_revoked'];

/**
 * Whether a 401 comes from our guard, which lets nothing of the request happen, and speaks of the access token. A
 * challenge alone says less: a handler, or another server's guard, may send one, and a browser hides it across origins.
 *
 * @param code the mark of our server's errors, or what a host reads in its place; nothing when there is none
 */
export function isTokenRefused(code: unknown): boolean {
  return REFUSALS.includes(code);
}
