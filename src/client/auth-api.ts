import type { BatonClock } from './clock.js';
import { BatonError, type BatonErrorCode, isBatonError } from './errors.js';
import type { Ending } from './events.js';
import { type BatonHmac, idempotencyKey } from './idempotency-key.js';
import { retryAfterMs, withDeadline } from './retry.js';
import { type ReadErrorCode, type ServerAnswer, jsonOf } from './server-answer.js';
import type { EndedSession } from './session-record.js';
import type { Session } from './session.js';

/** The codes, of the refresh route alone, that end a session. */
const FINAL = [
  'token_expired',
  'invalid_token',
  'token_reused',
  'session_revoked',
  'max_uses_reached',
] as const;

/** What proves who somebody is. A host may ask for more fields. */
export interface Credentials {
  /** A host may have another field in its place, such as `email`. */
  readonly username?: string;
  readonly password: string;
  /** What the session is called in the list of sessions. */
  readonly device_name?: string;
  readonly [field: string]: unknown;
}

/** An answer, read to its end. */
interface Reply extends ServerAnswer {
  readonly headers: Headers;
  /** Of an error of our server; null for anybody else's. */
  readonly code: string | null;
  readonly sentAtMs: number;
}

/** What is sent beside a body. */
interface PostOptions {
  readonly key?: string;
  /** In the cookie transport: the session whose cookie is meant. */
  readonly sessionId?: string;
  readonly signal?: AbortSignal;
}

/** What the client asks of the server. What the network throws comes through as it is. */
export interface AuthApi {
  /** @throws BatonError `sign_in_failed` or `cookies_off` */
  readonly signIn: (credentials: Credentials) => Promise<Session>;
  /** The session in an answer that somebody else has fetched. @throws BatonError as `signIn` */
  readonly sessionIn: (response: Response) => Promise<Session>;
  /**
   * Buys the next pair, in one attempt.
   *
   * @param signal cancels it; the request under way is waited for, as long as an attempt may take
   * @throws BatonError `refresh_failed`
   */
  readonly refresh: (session: Session, signal: AbortSignal) => Promise<Session | Ending>;
  /** @returns whether the server has been told of the end of a session, or has nothing to be told */
  readonly signOut: (ended: EndedSession) => Promise<boolean>;
}

/** Sends a POST and reads the answer to its end. @throws what the network throws, and when time is up */
export type Post = (path: string, body: object, options?: PostOptions) => Promise<Reply>;

/** @param timeoutMs of the reading of an answer that somebody else has fetched */
export function createAuthApi(
  post: Post,
  isCookie: boolean,
  timeoutMs: number,
  errorCode: ReadErrorCode,
  clock: BatonClock,
  hmac?: BatonHmac,
): AuthApi {
  const signedIn = async (reply: Reply): Promise<Session> => {
    const session = pairOf(reply, isCookie) ?? refused('sign_in_failed', reply);
    if (!isCookie || !session.refresh_token) return session;
    await api.signOut(session);
    throw new BatonError('cookies_off');
  };

  const api: AuthApi = {
    signIn: async (credentials) => signedIn(await post('login', credentials)),
    async sessionIn(response) {
      const read = () => replyOf(response, errorCode, clock.now());
      return signedIn(await withDeadline(clock, timeoutMs, read));
    },
    async refresh(session, signal) {
      const { secret, refresh_token, session_id: sessionId } = session;
      const key = await idempotencyKey(secret, refresh_token, hmac);
      const reply = await post('token/refresh', { refresh_token }, { key, sessionId, signal });
      const pair = pairOf(reply, isCookie);
      if (pair && sessionId && pair.session_id !== sessionId) return stranger(reply, isCookie);
      return pair ?? endingOf(reply, isCookie) ?? refused('refresh_failed', reply);
    },
    signOut: ({ refresh_token, session_id: sessionId }) =>
      post('logout', { refresh_token }, { sessionId }).then(
        ({ status, code }) => status === 204 || (!!code && status < 500 && status !== 429),
        () => false,
      ),
  };
  return api;
}

/**
 * @param url of the routes, with a slash at its end
 * @param timeoutMs of one attempt, the reading of the answer included
 */
export function createPost(
  url: () => string,
  isCookie: boolean,
  timeoutMs: number,
  fetch: typeof globalThis.fetch,
  errorCode: ReadErrorCode,
  clock: BatonClock,
): Post {
  return async (path, body, { key, sessionId, signal: cancelled } = {}) => {
    const sentAtMs = clock.now();
    const ask = async (signal: AbortSignal) => {
      const response = await fetch(url() + path, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(key && { 'idempotency-key': key }),
          ...(isCookie && { 'x-auth-transport': 'cookie' }),
          ...(isCookie && sessionId && { 'x-auth-session': sessionId }),
        },
        body: JSON.stringify(body),
        ...(isCookie && { credentials: 'include' }),
        // Followed by nobody: Cloudflare's Workers refuse 'error'.
        redirect: 'manual',
        signal,
      });
      return replyOf(response, errorCode, sentAtMs);
    };
    const reply = await withDeadline(clock, timeoutMs, ask, cancelled);
    // A tab that was frozen meanwhile wakes up to an answer that others may have taken for lost.
    if (clock.now() - sentAtMs > timeoutMs) throw new Error('Timed out');
    return reply;
  };
}

async function replyOf(
  response: Response,
  errorCode: ReadErrorCode,
  sentAtMs: number,
): Promise<Reply> {
  const { status, headers } = response;
  const body = await jsonOf(response);
  return { status, headers, body, code: errorCode({ status, headers, body }) ?? null, sentAtMs };
}

/** The pair in an answer; in the cookie transport it lacks the refresh token. */
function pairOf({ status, body, sentAtMs }: Reply, isCookie: boolean): Session | undefined {
  const { session_id, access_token, refresh_token, expires_in } = body;
  if (status === 200 && session_id && access_token && (refresh_token || isCookie)) {
    return { session_id, access_token, refresh_token, expires_in, sentAtMs };
  }
  return undefined;
}

/**
 * A pair of another session than the one that asked is thrown away. Where it came with a cookie, that of the one that
 * asked is lost.
 */
function stranger(reply: Reply, isCookie: boolean): Ending {
  return isCookie ? { reason: 'session_mismatch' } : refused('refresh_failed', reply);
}

/**
 * The end of the session that an answer of the refresh route speaks of. Whatever is not exactly what the contract says
 * came from somebody else, a proxy or a captive portal, and says nothing of the session. Without a cookie there is no
 * session.
 */
function endingOf({ status, code, body }: Reply, isCookie: boolean): Ending | undefined {
  if (isCookie && status === 400 && code) return { reason: 'invalid_token' };
  if (isCookie && code === 'session_mismatch') return { reason: code };
  const reason = FINAL.find((final) => status === 401 && final === code);
  return reason && { reason, detail: body.reason };
}

function refused(fallback: BatonErrorCode, { status, headers, body, code }: Reply): never {
  const details = {
    status,
    serverCode: code ?? body.error,
    retryAfterMs: retryAfterMs(headers),
  };
  throw new BatonError(fallback, details, body.error_description);
}

/**
 * Whether to ask again at once: not what the server will refuse again, nor when it asked to be left alone, nor
 * what no server said.
 */
export function isPassing(error: unknown): boolean {
  if (!isBatonError(error)) return true;
  const { status = 400, retryAfterMs: asked } = error.details;
  return !asked && (status < 400 || status >= 500);
}
