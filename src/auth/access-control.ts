import { Inject, Injectable } from '@nestjs/common';
import { SessionRevokedError } from '../errors.js';
import { SETTINGS, type Settings } from '../options.js';
import { Confirmations } from '../sessions/confirmations.js';
import { RevocationList } from '../sessions/revocation-list.js';
import { type AccessTokenClaims, AccessTokens } from '../tokens/access-token.js';
import { VerifiedTokens } from '../tokens/verified-tokens.js';

/** Whom an access token speaks for: what `JwtAuthGuard` leaves in `request.user`. */
export interface AuthenticatedUser {
  /** The application's identifier of the user, the claim `sub`. */
  readonly id: string;
  readonly sessionId: string;
  /** The generation of the refresh token that this access token was issued with. */
  readonly generation: number;
  /** Every claim of the token, the application's own included. */
  readonly claims: AccessTokenClaims;
}

/** Decides whom an access token lets in: verified once, and not of a revoked session. */
@Injectable()
export class AccessControl {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly tokens: AccessTokens,
    private readonly verified: VerifiedTokens,
    private readonly revocations: RevocationList,
    private readonly confirmations: Confirmations,
  ) {}

  /**
   * Judges an access token where there is no guard to do it: a socket's handshake, a queue.
   *
   * @throws InvalidTokenError | TokenExpiredError | SessionRevokedError
   * @throws UnavailableError when nobody can tell whether the session was revoked
   */
  async authenticate(token: string): Promise<AuthenticatedUser> {
    return (await this.readmit(token)) ?? this.admit(token, this.tokens.verify(token));
  }

  /** Lets in whoever was let in with this very token before. @returns null when it has to be verified */
  async readmit(token: string): Promise<AuthenticatedUser | null> {
    const claims = this.verified.find(token);
    return claims === undefined ? null : this.refuseRevoked(claims);
  }

  /** Lets a token in that has just been verified: its holder has grasped the baton. */
  async admit(token: string, claims: AccessTokenClaims): Promise<AuthenticatedUser> {
    const user = await this.refuseRevoked(claims);
    this.verified.remember(token, claims);
    if (this.settings.recovery) this.confirmations.note(user.sessionId, user.generation);
    return user;
  }

  private async refuseRevoked(claims: AccessTokenClaims): Promise<AuthenticatedUser> {
    const { sub: id, sid: sessionId, gen: generation } = claims;
    const revoked = this.revocations.isRevoked(sessionId);
    if (typeof revoked === 'boolean' ? revoked : await revoked) throw new SessionRevokedError();
    return { id, sessionId, generation, claims };
  }
}
