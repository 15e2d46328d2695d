import type { BatonClock } from './clock.js';
import { BatonError, type BatonErrorCode, isBatonError } from './errors.js';
import type { SignedOutReason } from './events.js';
import { type BatonHmac, idempotencyKey } from './idempotency-key.js';
import { retryAfterMs, withDeadline } from './retry.js';
import { type ReadErrorCode, type ServerAnswer, jsonOf } from './server-answer.js';
import type { EndedSession, SessionRecord } from './session-record.js';
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
  readonly username?: string | undefined;
  readonly password: string;
  /** What the session is called in the list of sessions. */
  readonly device_name?: string | undefined;
  readonly [field: string]: unknown;
}

/** An answer, read to its end. */
interface Reply extends ServerAnswer {
  readonly headers: Headers;
  /** Of an error of our server; nothing for anybody else's. */
  readonly code: string | null | undefined;
  readonly sentAtMs: number;
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
   * @returns what the record says from now on: the session with the next pair, or that it is over
   * @throws BatonError `refresh_failed`
   */
  readonly refresh: (session: Session, signal: AbortSignal) => Promise<Refreshed>;
  /** @returns whether the server has been told of the end of a session, or has nothing to be told */
  readonly signOut: (ended: EndedSession) => Promise<boolean>;
}

type Refreshed = Pick<SessionRecord, 'session' | 'over'>;

/** Reads the answer to a request to its end. @throws what the network throws, and when time is up */
type ReplyTo = (
  send: (signal: AbortSignal) => Promise<Response>,
  cancelled?: AbortSignal,
) => Promise<Reply>;

/** @param timeoutMs of one attempt, the reading of the answer included */
export function replies(timeoutMs: number, errorCode: ReadErrorCode, clock: BatonClock): ReplyTo {
  return async (send, cancelled) => {
    const sentAtMs = clock.now();
    const ask = async (signal: AbortSignal): Promise<Reply> => {
      const response = await send(signal);
      const { status, headers } = response;
      const answer = { status, headers, body: await jsonOf(response) };
      return { ...answer, code: errorCode(answer), sentAtMs };
    };
    const reply = await withDeadline(clock, timeoutMs, ask, cancelled);
    // A tab that was frozen meanwhile wakes up to an answer that others may have taken for lost.
    if (clock.now() - sentAtMs > timeoutMs) throw new Error('Timed out');
    return reply;
  };
}

/** @param routes where the server's are, with a slash at its end */
export function createAuthApi(
  routes: () => string,
  fetch: typeof globalThis.fetch,
  replyTo: ReplyTo,
  isCookie: boolean,
  hmac?: BatonHmac,
): AuthApi {
  /** @param sessionId in the cookie transport: the session whose cookie is meant */
  const post = (
    path: string,
    body: object,
    sessionId?: string,
    key?: string,
    cancelled?: AbortSignal,
  ) => {
    const init = requestOf(body, isCookie, sessionId, key);
    return replyTo((signal) => fetch(routes() + path, { ...init, signal }), cancelled);
  };

  const signedIn = async (reply: Reply): Promise<Session> => {
    const session = pairOf(reply, isCookie) ?? refused('sign_in_failed', reply);
    if (isCookie && session.refresh_token) {
      await signOut(session);
      throw new BatonError('cookies_off');
    }
    return session;
  };

  const signOut = ({ refresh_token, session_id }: EndedSession) =>
    post('logout', { refresh_token }, session_id).then(
      ({ status, code }) => status === 204 || (!!code && status < 429),
      () => false,
    );

  return {
    signIn: async (credentials) => signedIn(await post('login', credentials)),
    sessionIn: async (response) => signedIn(await replyTo(async () => response)),
    async refresh(session, signal) {
      const { secret, refresh_token, session_id } = session;
      const key = await idempotencyKey(secret, refresh_token, hmac);
      const reply = await post('token/refresh', { refresh_token }, session_id, key, signal);
      return refreshedBy(reply, session, isCookie);
    },
    signOut,
  };
}

function requestOf(body: object, isCookie: boolean, sessionId?: string, key?: string): RequestInit {
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key && { 'idempotency-key': key }),
      ...(isCookie && { 'x-auth-transport': 'cookie' }),
      ...(isCookie && sessionId && { 'x-auth-session': sessionId }),
    },
    body: JSON.stringify(body),
    credentials: isCookie ? 'include' : undefined,
    // Followed by nobody: Cloudflare's Workers refuse 'error'.
    redirect: 'manual',
  };
}

/** What an answer of the refresh route makes of a session. @throws BatonError `refresh_failed` */
function refreshedBy(reply: Reply, session: Session, isCookie: boolean): Refreshed {
  const { session_id } = session;
  const pair = pairOf(reply, isCookie);
  if (pair && (!session_id || pair.session_id === session_id)) {
    return { session: { ...session, ...pair }, over: undefined };
  }
  const reason = endingOf(reply, isCookie, pair) ?? refused('refresh_failed', reply);
  // Nobody has to be told of the end of a session without a name.
  const over = session_id ? { session_id, reason, detail: reply.body.reason } : undefined;
  return { session: null, over };
}

/** The pair in an answer; in the cookie transport it lacks the refresh token. */
function pairOf({ status, body, sentAtMs }: Reply, isCookie: boolean): Session | undefined {
  const { session_id, access_token, refresh_token, expires_in } = body;
  return status === 200 && session_id && access_token && (refresh_token || isCookie)
    ? { session_id, access_token, refresh_token, expires_in, sentAtMs }
    : undefined;
}

/**
 * The end of the session that an answer of the refresh route speaks of. Whatever is not exactly what the contract says
 * came from somebody else, a proxy or a captive portal, and says nothing of the session. Without a cookie there is no
 * session.
 *
 * @param stranger a pair of another session than the one that asked: it is thrown away and, where it came with a cookie,
 *   that of the one that asked is lost
 */
function endingOf(
  { status, code }: Reply,
  isCookie: boolean,
  stranger?: Session,
): SignedOutReason | undefined {
  if (isCookie && (stranger || code === 'session_mismatch')) return 'session_mismatch';
  if (isCookie && status === 400 && code) return 'invalid_token';
  return status === 401 ? FINAL.find((final) => final === code) : undefined;
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
