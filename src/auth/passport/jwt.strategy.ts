import { Injectable } from '@nestjs/common';
import { MissingTokenError } from '../../errors.js';
import { type AccessTokenClaims, AccessTokenCodec } from '../../tokens/access-token-codec.js';
import { AccessControl } from '../access-control.js';
import { ErrorHeaders } from '../error-headers.js';
import { type HttpRequest, bearerToken } from '../http-request.js';
import { RequestUser } from '../request-user.js';
import { TokenStrategy } from './token-strategy.js';

const missing = () => new MissingTokenError();

/** A request that has nothing but an access token: what `JwtAuthGuard` asks about, wherever it found the token. */
export class BareRequest implements HttpRequest {
  readonly headers: HttpRequest['headers'];

  constructor(token: string) {
    this.headers = { authorization: `Bearer ${token}` };
  }
}

/**
 * Verifies an access token: for `JwtAuthGuard`, where it has not seen the token before, and for a host's own
 * `AuthGuard('baton')`, which finds the same in `request.user` as behind `JwtAuthGuard`.
 */
@Injectable()
export class JwtStrategy extends TokenStrategy<AccessTokenClaims, unknown> {
  constructor(
    tokens: AccessTokenCodec,
    private readonly accessControl: AccessControl,
    private readonly requestUser: RequestUser,
    errorHeaders: ErrorHeaders,
  ) {
    super(tokens, { name: 'Access', tokenOf: bearerToken, missing }, errorHeaders);
  }

  async validate(request: HttpRequest, payload: unknown): Promise<unknown> {
    const token = bearerToken(request) ?? '';
    const session = await this.accessControl.admit(token, this.codec.claimsOf(payload));
    return request instanceof BareRequest ? session : this.requestUser.of(request, session);
  }
}
