import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { stringifySetCookie } from 'cookie';
import { AuthError, type AuthErrorCode, SessionMismatchError } from '../../errors.js';
import type { TokenPairBody } from '../../wire.js';
import { AUTH_CONFIG, type AuthConfig } from '../auth.options.js';
import { refreshTokenIn } from '../auth.dto.js';
import { cookieDomains, cookiePaths, cookieValues } from './cookie-header.js';
import { type HttpRequest, bodyOf } from '../http-request.js';
import { hostOf, isAppOrigin, isFromHere } from './web-origin.js';

/**
 * The cookie transport: the refresh token in a cookie that scripts cannot read, for clients that ask for it
 * by `X-Auth-Transport: cookie`. A foreign page can neither send that header without CORS saying yes, nor
 * get or use the cookie from an origin that is not listed; and `SameSite=Strict` does not send it there at all.
 */
@Injectable()
export class RefreshCookie implements OnModuleInit {
  private readonly logger = new Logger('AuthModule');
  private hasWarned = false;

  constructor(
    @Inject(AUTH_CONFIG) private readonly config: AuthConfig,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  /** An app's own scheme is of another site than the server; whether a listed page is, its first login says. */
  onModuleInit(): void {
    const { origins = [], sameSite } = this.config.cookies ?? {};
    const app = origins.find(isAppOrigin);
    if (app !== undefined) this.warnOfForeignSite(app);
    else if (origins.length > 0 && sameSite !== 'none') {
      this.logger.log(
        `The cookie is SameSite=${sameSite}: if ${origins.join(' or ')} is of another site than this server, ` +
          "it needs cookies.sameSite 'none' (AUTH_COOKIE_SAMESITE=none)",
      );
    }
  }

  /** The refresh token that a request presents, in its body or in the cookie; null when there is none. */
  tokenOf(request: HttpRequest): string | null {
    return refreshTokenIn(bodyOf(request)) ?? this.tokenInCookie(request);
  }

  /** Two cookies of our name are none, for one of them is somebody else's. */
  tokenInCookie(request: HttpRequest): string | null {
    if (!this.isUsable(request)) return null;
    const [token, another] = this.valuesIn(request);
    return (another === undefined && token) || null;
  }

  /**
   * Refuses a cookie of another session than the one the client speaks for: somebody has logged in on another
   * page since. A token in the body is the client's own, and nobody asks.
   *
   * @param sessionId the session of the token that `tokenOf` found
   * @throws SessionMismatchError
   */
  assertSameSession(request: HttpRequest, sessionId: string): void {
    const expected = request.headers['x-auth-session']?.toString().toLowerCase();
    if (expected === undefined || expected === sessionId) return;
    if (refreshTokenIn(bodyOf(request)) === null) throw new SessionMismatchError();
  }

  /**
   * Puts the refresh token of a pair where the client wants it: in the body, or in the cookie. A foreign origin
   * gets no cookie, as if it had not asked for one.
   */
  deliver(
    pair: TokenPairBody,
    request: HttpRequest,
    response: unknown,
  ): TokenPairBody | CookiePairBody {
    if (!this.isUsable(request)) return pair;
    if (request.headers['sec-fetch-site'] === 'cross-site') {
      this.warnOfForeignSite(String(request.headers['origin']));
    }
    const { refresh_token: value, ...rest } = pair;
    const { refresh_token_expires_in: maxAge } = pair;
    this.write(request, response, { value, maxAge, path: this.pathFor(request) });
    return rest;
  }

  /** Takes the cookie away, where it is in use. */
  clear(request: HttpRequest, response: unknown): void {
    if (!this.isUsable(request)) return;
    this.write(request, response, { value: '', maxAge: 0, path: this.pathFor(request) });
  }

  /**
   * Takes the cookie away when a refresh has shown that its session is over, and for no other error. Where a login
   * has replaced the session, the browser has the new one's by now, or is about to: the refresh was still under way.
   */
  clearAfter(error: unknown, request: HttpRequest, response: unknown): void {
    const isOver = error instanceof AuthError && ENDED.has(error.code);
    if (isOver && !isReplaced(error)) this.clear(request, response);
  }

  /**
   * Takes cookies of our name away when several came, wherever they have been set for: a page of a subdomain, or
   * of another path, has tossed one of them in.
   */
  clearDoubled(request: HttpRequest, response: unknown): void {
    if (!this.isUsable(request) || this.valuesIn(request).length < 2) return;
    const paths = new Set([this.pathFor(request), ...cookiePaths(this.routeFor(request))]);
    for (const domain of cookieDomains(hostOf(request))) {
      for (const path of paths) {
        this.write(request, response, { value: '', maxAge: 0, path, domain });
      }
    }
  }

  private isUsable(request: HttpRequest): boolean {
    const { cookies } = this.config;
    const isRequested = request.headers['x-auth-transport'] === 'cookie';
    return cookies !== null && isRequested && isFromHere(request, cookies.origins);
  }

  private valuesIn(request: HttpRequest): string[] {
    return cookieValues(request.headers['cookie']?.toString() ?? '', this.nameFor(request));
  }

  private write(request: HttpRequest, response: unknown, { domain, ...writing }: Writing): void {
    const { sameSite = 'strict' } = this.config.cookies ?? {};
    const cookie = stringifySetCookie({
      ...writing,
      ...(domain === undefined ? {} : { domain }),
      name: this.nameFor(request),
      httpOnly: true,
      secure: this.isSecure(request),
      partitioned: sameSite === 'none',
      sameSite,
    });
    this.adapterHost.httpAdapter.appendHeader(response, 'Set-Cookie', cookie);
  }

  private nameFor(request: HttpRequest): string {
    return this.isSecure(request) ? '__Secure-baton_refresh' : 'baton_refresh';
  }

  /** Browsers keep no `SameSite=None` without it, and take localhost for secure. */
  private isSecure({ protocol }: HttpRequest): boolean {
    const { allowPlainHttp = false, sameSite } = this.config.cookies ?? {};
    return sameSite === 'none' || !allowPlainHttp || protocol !== 'http';
  }

  private pathFor(request: HttpRequest): string {
    return this.config.cookies?.path ?? (pathOf(request).replace(ROUTE, '') || '/');
  }

  /** The path of the request as the browser sees it. */
  private routeFor(request: HttpRequest): string {
    return this.pathFor(request) + (ROUTE.exec(pathOf(request))?.[0] ?? '');
  }

  private warnOfForeignSite(origin: string): void {
    const { sameSite } = this.config.cookies ?? {};
    if (this.hasWarned || sameSite === 'none') return;
    this.hasWarned = true;
    this.logger.warn(
      `Pages of ${origin} are of another site than this server: browsers will not send it their cookie, ` +
        `which is SameSite=${sameSite}. They need cookies.sameSite 'none' (AUTH_COOKIE_SAMESITE=none), and ` +
        'HTTPS, for such a cookie is Secure and Partitioned',
    );
  }
}

/** The routes that the cookie is sent to all stand below the prefix that remains without these. */
const ROUTE = /\/(login|token\/refresh|logout)\/?$/;

/** Why a session has ended whose cookie a login has taken for another one. */
export const REPLACED = 'replaced';

const isReplaced = ({ extensions }: AuthError): boolean => extensions.reason === REPLACED;

const ENDED: ReadonlySet<AuthErrorCode> = new Set([
  'session_revoked',
  'token_reused',
  'token_expired',
]);

/** A token pair whose refresh token travels in the cookie. */
export type CookiePairBody = Omit<TokenPairBody, 'refresh_token'>;

/** How a cookie is set or cleared. */
interface Writing {
  readonly value: string;
  /** Seconds; 0 clears it. */
  readonly maxAge: number;
  readonly path: string;
  /** The host alone unless given. */
  readonly domain?: string | undefined;
}

/** As the client sees it, global prefix and all, unless a proxy has changed it. */
function pathOf({ originalUrl = '/' }: HttpRequest): string {
  return originalUrl.split('?', 1)[0] ?? '/';
}
