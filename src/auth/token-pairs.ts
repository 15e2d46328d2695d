import { Injectable } from '@nestjs/common';
import { AccessTokenCodec } from '../tokens/access-token-codec.js';
import { type IssuedRefreshToken, RefreshTokenCodec } from '../tokens/refresh-token-codec.js';
import type { TokenPairBody } from '../wire.js';
import type { OwnParts } from './own-parts.js';

/** Makes the answer of a login and of a refresh: the refresh token, and an access token for it. */
@Injectable()
export class TokenPairs {
  constructor(
    private readonly accessTokens: AccessTokenCodec,
    private readonly refreshTokens: RefreshTokenCodec,
  ) {}

  of(issued: IssuedRefreshToken, { claims, fields }: OwnParts): TokenPairBody {
    const { token, place } = issued;
    const access = this.accessTokens.issue(place, claims);
    return {
      ...fields,
      access_token: access.token,
      token_type: place.jkt === null ? 'Bearer' : 'DPoP',
      expires_in: access.expiresInSeconds,
      refresh_token: token,
      refresh_token_expires_in: this.refreshTokens.expiresInSeconds(issued),
      session_id: place.sessionId,
    };
  }
}
