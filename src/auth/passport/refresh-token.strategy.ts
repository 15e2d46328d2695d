import { Injectable } from '@nestjs/common';
import { InvalidRequestError } from '../../errors.js';
import {
  type PresentedRefreshToken,
  type RefreshTokenClaims,
  RefreshTokenCodec,
} from '../../tokens/refresh-token-codec.js';
import { ErrorHeaders } from '../error-headers.js';
import type { HttpRequest } from '../http-request.js';
import { RefreshCookie } from '../cookie/refresh-cookie.js';
import { TokenStrategy } from './token-strategy.js';

const missing = () => new InvalidRequestError('Refresh token is missing');

/** Verifies a refresh token in the body or the cookie: for `RefreshTokenGuard`, and for `AuthGuard('baton-refresh')`. */
@Injectable()
export class RefreshTokenStrategy extends TokenStrategy<RefreshTokenClaims, PresentedRefreshToken> {
  constructor(
    tokens: RefreshTokenCodec,
    private readonly cookie: RefreshCookie,
    errorHeaders: ErrorHeaders,
  ) {
    const tokenOf = (request: HttpRequest) => cookie.tokenOf(request);
    super(tokens, { name: 'Refresh', tokenOf, missing }, errorHeaders);
  }

  validate(request: HttpRequest, payload: unknown): PresentedRefreshToken {
    const claims = this.codec.claimsOf(payload);
    this.cookie.assertSameSession(request, claims.sid);
    return { token: this.source.tokenOf(request) ?? '', claims };
  }
}
