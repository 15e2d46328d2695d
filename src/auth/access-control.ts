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
   * Whom a token lets in. One that was let in before is known again by its hash; a new one is verified,
   * and its holder has grasped the baton.
   *
   * @throws InvalidTokenError | TokenExpiredError | SessionRevokedError
   * @throws UnavailableError when nobody can tell whether the session was revoked
   */
  async authenticate(token: string): Promise<AuthenticatedUser> {
    const known = this.verified.find(token);
    const claims = known ?? this.tokens.verify(token);
    const { sub: id, sid: sessionId, gen: generation } = claims;
    const revoked = this.revocations.isRevoked(sessionId);
    if (typeof revoked === 'boolean' ? revoked : await revoked) throw new SessionRevokedError();
    if (known === undefined) this.welcome(token, claims);
    return { id, sessionId, generation, claims };
  }

  /** The first pair of a session has no parent: nothing hangs on whether it was received. */
  private welcome(token: string, claims: AccessTokenClaims): void {
    this.verified.remember(token, claims);
    if (this.settings.recovery && claims.gen > 0) this.confirmations.note(claims.sid, claims.gen);
  }
}
