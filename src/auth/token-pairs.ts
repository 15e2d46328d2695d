import { Inject, Injectable } from '@nestjs/common';
import { AccessTokenCodec } from '../tokens/access-token-codec.js';
import { type IssuedRefreshToken, RefreshTokenCodec } from '../tokens/refresh-token-codec.js';
import type { TokenPairBody } from '../wire.js';
import { OWN_CLIENT_ID } from './oauth/own-client-id.js';
import type { OwnParts } from './own-parts.js';

/** Makes the answer of a login and of a refresh: the refresh token, and an access token for it. */
@Injectable()
export class TokenPairs {
  constructor(
    private readonly accessTokens: AccessTokenCodec,
    private readonly refreshTokens: RefreshTokenCodec,
    @Inject(OWN_CLIENT_ID) private readonly ownClientId: string | null,
  ) {}

  /** @param clientId the client that asks; the module's own where it is none of others */
  of(
    issued: IssuedRefreshToken,
    { claims, fields }: OwnParts,
    clientId = this.ownClientId,
  ): TokenPairBody {
    const { token, place } = issued;
    const access = this.accessTokens.issue(place, claims, clientId);
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
