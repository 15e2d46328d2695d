import { Injectable } from '@nestjs/common';
import { InvalidRequestError } from '../../errors.js';
import {
  type PresentedRefreshToken,
  type RefreshTokenClaims,
  RefreshTokenCodec,
} from '../../tokens/refresh-token-codec.js';
import { ProofOfPossession } from '../dpop/proof-of-possession.js';
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
    private readonly possession: ProofOfPossession,
    errorHeaders: ErrorHeaders,
  ) {
    const tokenOf = (request: HttpRequest) => cookie.tokenOf(request);
    super(tokens, { name: 'Refresh', tokenOf, missing }, errorHeaders);
  }

  async validate(request: HttpRequest, payload: unknown): Promise<PresentedRefreshToken> {
    const claims = this.codec.claimsOf(payload);
    this.cookie.assertSameSession(request, claims.sid);
    const jkt = await this.possession.forRefreshToken(request, claims);
    return { token: this.source.tokenOf(request) ?? '', claims, jkt };
  }
}
