import { Injectable } from '@nestjs/common';
import { InvalidTokenError, SessionRevokedError, TokenExpiredError } from '../../errors.js';
import { SessionService } from '../../sessions/session.service.js';
import { AccessTokenCodec } from '../../tokens/access-token-codec.js';
import { boundKeyOf } from '../../tokens/claims.js';
import { RefreshTokenCodec } from '../../tokens/refresh-token-codec.js';
import { AccessControl } from '../access-control.js';

/** What is said of a token: its claims, or only that it is good for nothing. */
export type IntrospectionBody =
  { readonly active: false } | (Readonly<Record<string, unknown>> & { readonly active: true });

const INACTIVE = { active: false } as const;

/**
 * Whether a token would be taken now, and what it says.
 *
 * @see RFC 7662 section 2.2, RFC 9449 section 6.2
 */
@Injectable()
export class TokenIntrospection {
  constructor(
    private readonly accessTokens: AccessTokenCodec,
    private readonly refreshTokens: RefreshTokenCodec,
    private readonly access: AccessControl,
    private readonly sessions: SessionService,
  ) {}

  /** @throws UnavailableError when nobody can tell */
  async of(token: string): Promise<IntrospectionBody> {
    return (await this.ofAccessToken(token)) ?? (await this.ofRefreshToken(token)) ?? INACTIVE;
  }

  /** Whoever asks has it from its holder: it counts as seen in use. */
  private async ofAccessToken(token: string): Promise<IntrospectionBody | null> {
    return unlessRefused(async () => {
      const claims = this.accessTokens.verify(token);
      await this.access.admit(token, claims);
      const token_type = boundKeyOf(claims) === null ? 'Bearer' : 'DPoP';
      return { ...claims, exp: this.accessTokens.endSecondsOf(claims), active: true, token_type };
    });
  }

  /** A spent one is not active, even where a repeat would still be answered. */
  private async ofRefreshToken(token: string): Promise<IntrospectionBody | null> {
    return unlessRefused(async () => {
      const claims = this.refreshTokens.verify(token);
      if (!(await this.sessions.isLive({ token, claims }))) return INACTIVE;
      const { gen: _gen, session_exp: _sessionEnd, ...said } = claims;
      return { ...said, exp: this.refreshTokens.endSecondsOf(claims), active: true };
    });
  }
}

async function unlessRefused<Body>(work: () => Promise<Body>): Promise<Body | null> {
  try {
    return await work();
  } catch (error) {
    const isRefused =
      error instanceof InvalidTokenError ||
      error instanceof TokenExpiredError ||
      error instanceof SessionRevokedError;
    if (isRefused) return null;
    throw error;
  }
}
