import { Injectable } from '@nestjs/common';
import { MissingTokenError } from '../errors.js';
import { type AccessTokenClaims, AccessTokens } from '../tokens/access-token.js';
import { AccessControl, type AuthenticatedUser } from './access-control.js';
import { ErrorHeaders } from './error-headers.js';
import { type HttpRequest, bearerToken } from './http-request.js';
import { TokenStrategy } from './token-strategy.js';

const missing = () => new MissingTokenError();

/**
 * Verifies an access token: for `JwtAuthGuard`, where it has not seen the token before, and for a host's own
 * `AuthGuard('baton')`, which finds an `AuthenticatedUser` in `request.user` as well.
 */
@Injectable()
export class JwtStrategy extends TokenStrategy<AccessTokenClaims, AuthenticatedUser> {
  constructor(
    tokens: AccessTokens,
    private readonly accessControl: AccessControl,
    errorHeaders: ErrorHeaders,
  ) {
    super(tokens, { name: 'Access', tokenOf: bearerToken, missing }, errorHeaders);
  }

  validate(request: HttpRequest, payload: unknown): AuthenticatedUser | Promise<AuthenticatedUser> {
    return this.accessControl.admit(bearerToken(request) ?? '', this.codec.claimsOf(payload));
  }
}
