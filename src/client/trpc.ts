import { type Operation, TRPCClientError, type TRPCLink } from '@trpc/client';
import type { AnyRouter } from '@trpc/server';
import {
  type Observable,
  type Observer,
  type Unsubscribable,
  observable,
} from '@trpc/server/observable';
import type { Baton } from './baton.js';
import { isBound, sessionBound } from './bound-token.js';
import { sessionIdIn } from './claims.js';
import { BatonError } from './errors.js';
import { isTrustedFromPage } from './page-address.js';
import { isTokenRefused } from './refused-token.js';
import type { SessionRequest } from './session-request.js';

/** What `authorizeTrpc` is told. */
export interface TrpcAuthorizationOptions {
  /** What sends; for bound sessions the one of `withDpop`'s options. @default the global fetch of the moment */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Whether a guard refused the token, before anything of the call happened. @default by our guard's codes */
  readonly isRefused?: ((error: unknown) => boolean) | undefined;
}

/** What a client of tRPC is made with. */
export interface TrpcAuthorization<Router extends AnyRouter> {
  /** Stands before the link that sends. */
  readonly link: TRPCLink<Router>;
  /** For `httpLink`, `httpBatchLink` or `httpBatchStreamLink`. */
  readonly http: {
    readonly url: string;
    readonly headers: (calls: Calls) => Record<string, string>;
    readonly fetch: (address: string | URL | Request, init?: RequestInit) => Promise<Response>;
  };
}

/** One call, or those that are sent together. */
interface Calls {
  readonly op?: Operation;
  readonly opList?: readonly Operation[];
}

/** The part of an answer that is used. */
interface AnswerLike {
  readonly status: number;
  readonly headers?: Pick<Headers, 'get'>;
}

/**
 * Lets a client of tRPC send the access token with its queries and mutations, and each of them again after a refresh
 * where our guard refused it. Of a batch only those calls are sent again. `UNAUTHORIZED` alone may be a procedure's own,
 * which has done something before: what counts is the guard's code, which the router's `errorFormatter` hands on as
 * `data.authError`, or the header `X-Auth-Error` of a guard that stands before tRPC.
 *
 * Subscriptions pass through: their links take `connectionParams`.
 *
 * @param url of the server of tRPC; other origins than the client's are sent no token
 */
export function authorizeTrpc<Router extends AnyRouter>(
  baton: Baton,
  url: string,
  { fetch, isRefused = byCode }: TrpcAuthorizationOptions = {},
): TrpcAuthorization<Router> {
  const send = (address: string | URL | Request, init?: RequestInit) =>
    (fetch ?? globalThis.fetch)(address, init);
  const link: TRPCLink<Router> =
    () =>
    ({ op, next }) => {
      if (op.type === 'subscription' || !isTrustedFromPage(baton, url)) return next(op);
      return observable((observer) =>
        sendCall(baton.beginRequest(), isRefused, observer, (token) =>
          next({ ...op, context: { ...op.context, [TOKEN]: () => token } }),
        ),
      );
    };
  const headers = (calls: Calls) => {
    const token = tokenOf(calls);
    if (token && !fetch && isBound(token)) {
      throw sessionBound("give authorizeTrpc the fetch of withDpop's options");
    }
    const authorization: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
    return authorization;
  };
  return { link, http: { url, headers, fetch: send } };
}

/** The field of a call's context; a function, since loggers write contexts out. */
const TOKEN = 'batonToken';

/**
 * Sends a call as often as need be.
 *
 * @returns gives it up
 */
function sendCall<Value, Router extends AnyRouter>(
  request: SessionRequest,
  isRefused: (error: unknown) => boolean,
  observer: Observer<Value, TRPCClientError<Router>>,
  sendWith: (token: string | null) => Observable<Value, TRPCClientError<Router>>,
): () => void {
  let isOver = false;
  let sent: Unsubscribable | undefined;
  const send = async (): Promise<void> => {
    const token = await request.token();
    if (!isOver) sent = sendWith(token).subscribe({ next: observer.next, complete, error });
  };
  const complete = () => {
    void request.isToBeRepeated(false);
    observer.complete();
  };
  const sendAgainOrFail = async (failure: TRPCClientError<Router>): Promise<void> => {
    const isAnswered = !!failure.data || !!answerIn(failure);
    const isRepeated = isAnswered && (await request.isToBeRepeated(isRefused(failure)));
    await (isRepeated ? send() : Promise.reject(failure));
  };
  const fail = (reason: unknown) => observer.error(TRPCClientError.from(Object(reason)));
  const error = (failure: TRPCClientError<Router>) => {
    sendAgainOrFail(failure).catch(fail);
  };
  send().catch(fail);
  return () => {
    isOver = true;
    sent?.unsubscribe();
  };
}

/** @throws BatonError `session_changed`, where calls of several users would be sent together */
function tokenOf({ op, opList = op ? [op] : [] }: Calls): string | undefined {
  const tokens = opList.map(({ context }) => {
    const token: unknown = context[TOKEN];
    return typeof token === 'function' ? String(token() ?? '') : '';
  });
  if (new Set(tokens.map(sessionIdIn)).size > 1) throw new BatonError('session_changed');
  return tokens.at(-1);
}

/** What a server has answered; undefined where none has. */
function answerIn({ meta }: { readonly meta?: unknown }): AnswerLike | undefined {
  const { response }: { response?: AnswerLike } = Object(meta);
  return response;
}

/** An answer of tRPC says so in its body; any other comes from a guard before it. */
function byCode(error: unknown): boolean {
  const { data, meta }: { data?: { authError?: unknown }; meta?: unknown } = Object(error);
  if (data) return isTokenRefused(data.authError);
  const { status, headers }: Partial<AnswerLike> = answerIn({ meta }) ?? {};
  return status === 401 && isTokenRefused(headers?.get('x-auth-error'));
}
