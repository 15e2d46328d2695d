/** The codes that a guarded route refuses an access token with. */
const REFUSALS: readonly unknown[] = ['token_expired', 'invalid_token', 'session_revoked'];

/**
 * Whether a 401 speaks of the access token and not of the application's own affairs.
 *
 * @param challenge `WWW-Authenticate`; null when there is none, or when a browser does not show it across origins
 * @param body parsed, asked only where there is no challenge
 * @see RFC 6750 section 3.1
 */
export function isTokenRefused(challenge: string | null | undefined, body: unknown): boolean {
  if (challenge) return /bearer.*error="?invalid_token/is.test(challenge);
  return REFUSALS.includes(Object(body).error);
}

/** {@link isTokenRefused}, leaving the response unread. */
export async function refusesToken(response: Response): Promise<boolean> {
  if (response.status !== 401) return false;
  const challenge = response.headers.get('www-authenticate');
  const body: unknown =
    challenge ||
    (await response
      .clone()
      .json()
      .catch(() => null));
  return isTokenRefused(challenge, body);
}
