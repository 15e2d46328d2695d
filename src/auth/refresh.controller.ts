import { Controller, Header, HttpCode, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { PresentedRefreshToken } from '../tokens/refresh-token-codec.js';
import type { TokenPairBody } from '../wire.js';
import { PersonalAuthRoute } from './auth-route.js';
import { CurrentUser, Public } from './auth.decorators.js';
import { AuthService } from './auth.service.js';
import { AttemptLimits, isUnauthorized } from './attempts/attempt-limits.js';
import { ErrorHeaders } from './error-headers.js';
import { type HttpRequest, addressOf, idempotencyKeyOf } from './http-request.js';
import { type CookiePairBody, RefreshCookie } from './cookie/refresh-cookie.js';
import { RefreshTokenGuard } from './refresh-token.guard.js';

/** The busy route, and therefore without an interceptor: what Nest builds for one takes a tenth of a refresh. */
@PersonalAuthRoute()
@Controller()
export class RefreshController {
  constructor(
    private readonly auth: AuthService,
    private readonly cookie: RefreshCookie,
    private readonly errorHeaders: ErrorHeaders,
    private readonly attempts: AttemptLimits,
  ) {}

  /** Rotates: a new access token and a new refresh token. */
  @Public()
  @UseGuards(RefreshTokenGuard)
  @Post('token/refresh')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  async refresh(
    @CurrentUser() presented: PresentedRefreshToken,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: unknown,
  ): Promise<TokenPairBody | CookiePairBody> {
    try {
      const options = { idempotencyKey: idempotencyKeyOf(request) };
      const pair = await this.auth.refreshVerified(presented, options);
      return this.cookie.deliver(pair, request, response);
    } catch (error) {
      if (isUnauthorized(error)) this.attempts.noteRefusedToken(addressOf(request));
      this.cookie.clearAfter(error, request, response);
      return this.errorHeaders.refuse(response, error);
    }
  }
}
