import { type Observable, catchError, defer, from, switchMap, tap, throwError } from 'rxjs';
import type { Baton } from './baton.js';
import { isBound, sessionBound } from './bound-token.js';
import { isTrustedFromPage } from './page-address.js';
import { isTokenRefused } from './refused-token.js';
import { type ReadErrorCode, markOf } from './server-answer.js';
import type { SessionRequest } from './session-request.js';

/** The part of an `HttpRequest` of Angular that is used. */
export interface HttpRequestLike<Request> {
  readonly url: string;
  readonly headers: { has(name: string): boolean };
  clone(update: { setHeaders: Record<string, string> }): Request;
}

/** The part of an `HttpEvent` that is used. */
export interface HttpEventLike {
  readonly type: number;
}

/** The part of an `HttpErrorResponse` that is used. */
interface HttpErrorLike {
  readonly status?: number;
  readonly headers: Pick<Headers, 'get'>;
  readonly error: unknown;
}

/** An `HttpInterceptorFn`. */
export type AuthorizingInterceptor = <
  Request extends HttpRequestLike<Request>,
  Event extends HttpEventLike,
>(
  request: Request,
  next: (request: Request) => Observable<Event>,
) => Observable<Event>;

/** `HttpEventType.Response` */
const RESPONSE = 4;

/**
 * Lets Angular's `HttpClient` send the access token, and its requests again after a refresh, as `baton.fetch` does:
 * `provideHttpClient(withInterceptors([authorizingInterceptor(baton)]))`.
 *
 * The requests of a bound session fail with `session_bound`.
 *
 * @param errorCode as given to `createBaton`; it finds a body only where Angular has parsed one
 */
export function authorizingInterceptor(
  baton: Baton,
  errorCode: ReadErrorCode = markOf,
): AuthorizingInterceptor {
  return (request, next) => {
    const isOurs = !request.headers.has('authorization') && isTrustedFromPage(baton, request.url);
    if (!isOurs) return next(request);
    const send = (token: string | null) => {
      if (token && isBound(token)) throw sessionBound('use baton.fetch in place of HttpClient');
      return next(
        token ? request.clone({ setHeaders: { authorization: `Bearer ${token}` } }) : request,
      );
    };
    return defer(() => attempt(baton.beginRequest(), send, errorCode));
  };
}

function attempt<Event extends HttpEventLike>(
  request: SessionRequest,
  send: (token: string | null) => Observable<Event>,
  errorCode: ReadErrorCode,
): Observable<Event> {
  return from(request.token()).pipe(
    switchMap(send),
    tap(({ type }) => type === RESPONSE && void request.isToBeRepeated(false)),
    catchError((error: unknown) =>
      from(isToBeRepeated(request, error, errorCode)).pipe(
        switchMap((isRepeated) =>
          isRepeated ? attempt(request, send, errorCode) : throwError(() => error),
        ),
      ),
    ),
  );
}

async function isToBeRepeated(
  request: SessionRequest,
  error: unknown,
  errorCode: ReadErrorCode,
): Promise<boolean> {
  const { status, headers, error: body }: Partial<HttpErrorLike> = Object(error);
  // 0: nobody has answered.
  if (!status || !headers) return false;
  const code = status === 401 && errorCode({ status, headers, body: Object(body) });
  return request.isToBeRepeated(isTokenRefused(code));
}
