import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { InvalidTokenError } from '../errors.js';
import type { PresentedRefreshToken } from '../tokens/refresh-token-codec.js';
import { AttemptLimits } from './attempts/attempt-limits.js';
import { ErrorHeaders } from './error-headers.js';
import { type HttpRequest, addressOf } from './http-request.js';
import { RefreshCookie } from './cookie/refresh-cookie.js';
import { RefreshTokenStrategy } from './passport/refresh-token.strategy.js';
import type { Asked } from './passport/asked-strategy.js';

/**
 * Lets requests in whose body, or cookie, holds a genuine refresh token that has not expired, and leaves a
 * `PresentedRefreshToken` in `request.user`. Whether it was spent, `AuthService.refreshVerified` says.
 *
 * @throws TooManyAttemptsError after a flood of refused tokens from the same address
 * @throws InvalidDpopProofError | UseDpopNonceError when its session is bound to a key that was not proved
 * @throws InvalidRequestError | InvalidTokenError | TokenExpiredError | SessionMismatchError
 */
@Injectable()
export class RefreshTokenGuard implements CanActivate {
  constructor(
    @Inject(RefreshTokenStrategy) private readonly strategy: Asked<PresentedRefreshToken>,
    private readonly cookie: RefreshCookie,
    private readonly errorHeaders: ErrorHeaders,
    private readonly attempts: AttemptLimits,
  ) {}

  canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const [request, response] = [http.getRequest<HttpRequest>(), http.getResponse<unknown>()];
    return this.errorHeaders.around(response, async () => {
      try {
        this.cookie.clearDoubled(request, response);
        this.attempts.assertNoFlood(addressOf(request));
        request.user = await this.strategy.ask(request);
        return true;
      } catch (error) {
        if (error instanceof InvalidTokenError) this.attempts.noteRefusedToken(addressOf(request));
        this.cookie.clearAfter(error, request, response);
        throw error;
      }
    });
  }
}
