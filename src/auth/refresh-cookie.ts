import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { parseCookie, stringifySetCookie } from 'cookie';
import { AuthError, type AuthErrorCode, SessionMismatchError } from '../errors.js';
import type { TokenPairBody } from '../wire.js';
import { AUTH_CONFIG, type AuthConfig } from './auth.options.js';
import { refreshTokenIn } from './auth.dto.js';
import { type HttpRequest, bodyOf } from './http-request.js';

/** The routes that the cookie is sent to all stand below the prefix that remains without these. */
const ROUTE = /\/(login|token\/refresh|logout)\/?$/;

const ENDED: ReadonlySet<AuthErrorCode> = new Set([
  'session_revoked',
  'token_reused',
  'token_expired',
]);

/** A token pair whose refresh token travels in the cookie. */
export type CookiePairBody = Omit<TokenPairBody, 'refresh_token'>;

/**
 * The cookie transport: the refresh token in a cookie that scripts cannot read, for clients that ask for it
 * by `X-Auth-Transport: cookie`. A foreign page can neither send that header without CORS saying yes, nor
 * use the cookie from an origin that is not listed; and `SameSite=Strict` does not send it there at all.
 */
@Injectable()
export class RefreshCookie {
  constructor(
    @Inject(AUTH_CONFIG) private readonly config: AuthConfig,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  /** The refresh token that a request presents, in its body or in the cookie; null when there is none. */
  tokenOf(request: HttpRequest): string | null {
    return refreshTokenIn(bodyOf(request)) ?? (this.isUsable(request) ? this.read(request) : null);
  }

  /**
   * Refuses a cookie of another session than the one the client speaks for: somebody has logged in on another
   * page since. A token in the body is the client's own, and nobody asks.
   *
   * @param sessionId the session of the token that `tokenOf` found
   * @throws SessionMismatchError
   */
  refuseAnotherSession(request: HttpRequest, sessionId: string): void {
    const expected = request.headers['x-auth-session']?.toString().toLowerCase();
    if (expected === undefined || expected === sessionId) return;
    if (refreshTokenIn(bodyOf(request)) === null) throw new SessionMismatchError();
  }

  /** Puts the refresh token of a pair where the client wants it: in the body, or in the cookie. */
  deliver(
    pair: TokenPairBody,
    request: HttpRequest,
    response: unknown,
  ): TokenPairBody | CookiePairBody {
    if (!this.isRequested(request)) return pair;
    const { refresh_token: token, ...rest } = pair;
    this.write(request, response, token, pair.refresh_token_expires_in);
    return rest;
  }

  /** Takes the cookie away, where it is in use. */
  clear(request: HttpRequest, response: unknown): void {
    if (this.isUsable(request)) this.write(request, response, '', 0);
  }

  /** Takes the cookie away when a refresh has shown that its session is over, and for no other error. */
  clearAfter(error: unknown, request: HttpRequest, response: unknown): void {
    if (error instanceof AuthError && ENDED.has(error.code)) this.clear(request, response);
  }

  private isUsable(request: HttpRequest): boolean {
    return this.isRequested(request) && this.isFromHere(request);
  }

  private read(request: HttpRequest): string | null {
    const cookies = parseCookie(request.headers['cookie']?.toString() ?? '');
    return cookies[this.nameFor(request)] || null;
  }

  private isRequested({ headers }: HttpRequest): boolean {
    return this.config.cookies !== null && headers['x-auth-transport'] === 'cookie';
  }

  /** Browsers say where a request comes from; what comes from no page at all has no `Origin`. */
  private isFromHere({ headers, protocol }: HttpRequest): boolean {
    const { origin, host } = headers;
    if (origin === undefined) return true;
    const allowed = [`${protocol}://${host?.toString()}`, ...(this.config.cookies?.origins ?? [])];
    return allowed.includes(origin.toString());
  }

  private write(request: HttpRequest, response: unknown, value: string, maxAge: number): void {
    const cookie = stringifySetCookie({
      name: this.nameFor(request),
      value,
      maxAge,
      path: pathOf(request),
      httpOnly: true,
      secure: this.isSecure(request),
      sameSite: 'strict',
    });
    this.adapterHost.httpAdapter.appendHeader(response, 'Set-Cookie', cookie);
  }

  private nameFor(request: HttpRequest): string {
    return this.isSecure(request) ? '__Secure-baton_refresh' : 'baton_refresh';
  }

  private isSecure({ protocol }: HttpRequest): boolean {
    return !(this.config.cookies?.allowPlainHttp === true && protocol === 'http');
  }
}

/** As the client sees it, global prefix and all; the root has no path to limit. */
function pathOf({ originalUrl = '/' }: HttpRequest): string {
  const [path = ''] = originalUrl.split('?', 1);
  return path.replace(ROUTE, '') || '/';
}
