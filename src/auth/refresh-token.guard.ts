import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { InvalidRequestError } from '../errors.js';
import { type PresentedRefreshToken, RefreshTokens } from '../tokens/refresh-token.js';
import { ErrorHeaders } from './error-headers.js';
import type { HttpRequest } from './http-request.js';
import { RefreshCookie } from './refresh-cookie.js';

/**
 * Lets requests in whose body, or cookie, holds a genuine refresh token that has not expired, and leaves a
 * `PresentedRefreshToken` in `request.user`. Whether it was spent, `AuthService.refreshVerified` says.
 *
 * @throws InvalidRequestError | InvalidTokenError | TokenExpiredError | SessionMismatchError
 */
@Injectable()
export class RefreshTokenGuard implements CanActivate {
  constructor(
    private readonly tokens: RefreshTokens,
    private readonly cookie: RefreshCookie,
    private readonly errorHeaders: ErrorHeaders,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    const request = http.getRequest<HttpRequest>();
    try {
      const token = this.cookie.tokenOf(request);
      if (token === null) throw new InvalidRequestError('Refresh token is missing');
      const presented: PresentedRefreshToken = { token, claims: this.tokens.verify(token) };
      this.cookie.refuseAnotherSession(request, presented.claims.sid);
      request.user = presented;
      return true;
    } catch (error) {
      this.cookie.clearAfter(error, request, http.getResponse());
      return this.errorHeaders.refuse(http.getResponse(), error);
    }
  }
}
