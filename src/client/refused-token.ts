/** The codes that a guarded route refuses an access token with. */
const REFUSALS: readonly unknown[] = ['token_expired', 'invalid_token', 'session_revoked'];

/**
 * Whether a 401 comes from the guard, which lets nothing of the request happen, and speaks of the access token. What a
 * handler answers for reasons of its own has neither the challenge nor the mark.
 *
 * @param challenge `WWW-Authenticate`; null when there is none, or when a browser does not show it across origins
 * @param code the mark of our server's errors; null when there is none
 * @see RFC 6750 section 3.1
 */
export function isTokenRefused(challenge: string | null | undefined, code: unknown): boolean {
  const isChallenged = /(?:^|,\s*)bearer\b.*\berror="?invalid_token/is.test(challenge ?? '');
  return isChallenged || REFUSALS.includes(code);
}
