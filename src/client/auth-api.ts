import type { ErrorBody, TokenPairBody } from '../wire.js';
import { BatonError, type BatonErrorCode, isBatonError } from './errors.js';
import type { SignedOutReason } from './events.js';
import { idempotencyKey } from './idempotency-key.js';
import { retry, retryAfterMs, withDeadline } from './retry.js';
import type { EndedSession, Session } from './session.js';

/** How often one refresh is tried before its callers are told. */
export const ATTEMPTS = 3;

/** The codes, of the refresh route alone, that end a session. */
const FINAL = ['token_expired', 'invalid_token', 'token_reused', 'session_revoked'] as const;

/** What proves who somebody is. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
  /** What the session is called in the list of sessions. */
  readonly device_name?: string;
}

/** Why a session is no longer there. */
export interface Ending {
  readonly reason: SignedOutReason;
  readonly detail?: string;
}

/** An answer, read to its end. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** Empty when it is not JSON, or not whole: a proxy's page, a captive portal's, a line that was cut. */
  readonly body: Partial<TokenPairBody & ErrorBody>;
  readonly sentAtMs: number;
}

/** What the client asks of the server. What the network throws comes through as it is. */
export interface AuthApi {
  /** @throws BatonError `sign_in_failed` */
  readonly signIn: (credentials: Credentials) => Promise<Session>;
  /**
   * Buys the next pair, trying again while the failures are passing ones.
   *
   * @throws BatonError `refresh_failed`
   */
  readonly refresh: (session: Session, signal: AbortSignal) => Promise<Session | Ending>;
  /** @returns whether the server has been told of the end of a session, or knows of none */
  readonly signOut: (ended: EndedSession) => Promise<boolean>;
}

/**
 * @param url of the routes, with a slash at its end
 * @param timeoutMs of one attempt
 */
export function createAuthApi(
  url: string,
  isCookie: boolean,
  timeoutMs: number,
  fetch: typeof globalThis.fetch,
): AuthApi {
  const post = (path: string, body: object, key?: string): Promise<Reply> => {
    const sentAtMs = Date.now();
    return withDeadline(timeoutMs, async (signal) => {
      const response = await fetch(url + path, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(key && { 'idempotency-key': key }),
          ...(isCookie && { 'x-auth-transport': 'cookie' }),
        },
        body: JSON.stringify(body),
        ...(isCookie && { credentials: 'include' }),
        redirect: 'error',
        signal,
      });
      const { status, headers } = response;
      return { status, headers, body: Object(await response.json().catch(() => null)), sentAtMs };
    });
  };

  return {
    async signIn(credentials) {
      const reply = await post('login', credentials);
      return pairOf(reply, isCookie) ?? refused('sign_in_failed', reply);
    },
    async refresh({ secret, refresh_token }, signal) {
      const key = await idempotencyKey(secret, refresh_token);
      const ask = async () => {
        const reply = await post('token/refresh', { refresh_token }, key);
        return (
          pairOf(reply, isCookie) ?? endingOf(reply, isCookie) ?? refused('refresh_failed', reply)
        );
      };
      return retry(ATTEMPTS, ask, (error) => !signal.aborted && isPassing(error));
    },
    signOut: ({ refresh_token }) =>
      post('logout', { refresh_token }).then(
        ({ status, body }) => status === 204 || (status === 401 && !!body.error_description),
        () => false,
      ),
  };
}

/** The pair in an answer; in the cookie transport it lacks the refresh token. */
export function pairOf({ status, body, sentAtMs }: Reply, isCookie: boolean): Session | undefined {
  const { session_id, access_token, refresh_token, expires_in } = body;
  if (status === 200 && session_id && access_token && (refresh_token || isCookie)) {
    return { session_id, access_token, refresh_token, expires_in, sentAtMs };
  }
  return undefined;
}

/**
 * The end of the session that an answer of the refresh route speaks of. Whatever is not exactly what the contract says
 * came from somebody else, a proxy or a captive portal, and says nothing of the session. Without a cookie there is no
 * session.
 */
export function endingOf({ status, body }: Reply, isCookie: boolean): Ending | undefined {
  const { error, error_description: sentence, reason: detail } = body;
  if (!sentence) return;
  if (isCookie && status === 400) return { reason: 'invalid_token' };
  const reason = FINAL.find((code) => status === 401 && code === error);
  return reason && { reason, detail };
}

function refused(code: BatonErrorCode, { status, headers, body }: Reply): never {
  const details = { status, serverCode: body.error, retryAfterMs: retryAfterMs(headers) };
  throw new BatonError(code, details, body.error_description);
}

/** Whether to ask again at once: not what the server will refuse again, nor when it asked to be left alone. */
function isPassing(error: unknown): boolean {
  const { status = 500, retryAfterMs: asked } = isBatonError(error) ? error.details : {};
  return !asked && (status < 400 || status >= 500);
}
