import { Inject, Injectable } from '@nestjs/common';
import { SessionRevokedError } from '../errors.js';
import { SETTINGS, type Settings } from '../options.js';
import { Confirmations } from '../sessions/confirmations.js';
import { RevocationList } from '../sessions/revocation-list.js';
import { type AccessTokenClaims, AccessTokens } from '../tokens/access-token.js';
import { hashOf } from '../tokens/refresh-token.js';
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
   * Whom a token lets in. Answers at once, except where the database has to be asked whether the session was
   * revoked.
   *
   * @throws InvalidTokenError | TokenExpiredError | SessionRevokedError
   * @throws UnavailableError when nobody can tell whether the session was revoked
   */
  authenticate(token: string): AuthenticatedUser | Promise<AuthenticatedUser> {
    const tokenHash = hashOf(token);
    const known = this.verified.find(tokenHash);
    const claims = known ?? this.tokens.verify(token);
    const letIn = (isRevoked: boolean): AuthenticatedUser => {
      if (isRevoked) throw new SessionRevokedError();
      if (known === undefined) this.welcome(tokenHash, claims, token.length);
      return { id: claims.sub, sessionId: claims.sid, generation: claims.gen, claims };
    };
    const revoked = this.revocations.isRevoked(claims.sid);
    return typeof revoked === 'boolean' ? letIn(revoked) : revoked.then(letIn);
  }

  /** Its holder has grasped the baton. The first pair of a session has no parent: nothing hangs on it. */
  private welcome(tokenHash: string, claims: AccessTokenClaims, characters: number): void {
    this.verified.remember(tokenHash, claims, characters);
    if (this.settings.recovery && claims.gen > 0) this.confirmations.note(claims.sid, claims.gen);
  }
}
