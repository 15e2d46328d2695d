import { Injectable } from '@nestjs/common';
import { InvalidTokenError } from '../errors.js';
import { boundKeyOf } from '../tokens/claims.js';
import { type PresentedRefreshToken, RefreshTokenCodec } from '../tokens/refresh-token-codec.js';
import { RefreshCookie } from './cookie/refresh-cookie.js';
import type { HttpRequest } from './http-request.js';

/**
 * The session that a login takes the cookie from. Nobody could reach it any more, but for whoever has a copy.
 *
 * @see ASVS 5.0, V7.2.4
 */
@Injectable()
export class ReplacedSession {
  constructor(
    private readonly cookie: RefreshCookie,
    private readonly tokens: RefreshTokenCodec,
  ) {}

  /**
   * @param jkt the key that the request has proved
   * @returns null where the request has no cookie of ours, or one of a session whose key it has not proved
   */
  of(request: HttpRequest, jkt: string | null): PresentedRefreshToken | null {
    const token = this.cookie.tokenInCookie(request);
    const claims = token === null ? null : this.genuine(token);
    if (token === null || claims === null) return null;
    const boundTo = boundKeyOf(claims);
    return boundTo === null || boundTo === jkt ? { token, claims, jkt } : null;
  }

  private genuine(token: string) {
    try {
      return this.tokens.verifyGenuine(token);
    } catch (error) {
      if (error instanceof InvalidTokenError) return null;
      throw error;
    }
  }
}
