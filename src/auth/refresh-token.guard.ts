import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { InvalidRequestError } from '../errors.js';
import { SETTINGS, type Settings } from '../options.js';
import { setErrorHeaders } from './error-headers.js';
import type { HttpRequest } from './http-request.js';
import { RefreshCookie } from './refresh-cookie.js';

/** The token under which `RefreshTokenGuard` receives the guard of Passport that verifies tokens. */
export const REFRESH_TOKEN_PASSPORT = Symbol('nestjs-baton refresh token passport');

/**
 * Lets requests in whose body, or cookie, holds a genuine refresh token that has not expired, and leaves a
 * `PresentedRefreshToken` in `request.user`. Whether it was spent, `AuthService.refreshVerified` says.
 *
 * @throws InvalidRequestError | InvalidTokenError | TokenExpiredError
 */
@Injectable()
export class RefreshTokenGuard implements CanActivate {
  constructor(
    @Inject(REFRESH_TOKEN_PASSPORT) private readonly passport: CanActivate,
    private readonly cookie: RefreshCookie,
    private readonly adapterHost: HttpAdapterHost,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<HttpRequest>();
    try {
      if (this.cookie.tokenOf(request) === null) {
        throw new InvalidRequestError('Refresh token is missing');
      }
      return Boolean(await this.passport.canActivate(context));
    } catch (error) {
      this.cookie.clearAfter(error, request, http.getResponse());
      setErrorHeaders(this.adapterHost, http.getResponse(), error, this.settings.issuer);
      throw error;
    }
  }
}
