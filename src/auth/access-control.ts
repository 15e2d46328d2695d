import { Inject, Injectable } from '@nestjs/common';
import { SessionRevokedError } from '../errors.js';
import type { VerifyingKey } from '../keys/signing-key.js';
import { SETTINGS, type Settings } from '../options.js';
import { assertProven } from '../sessions/bound-session.js';
import type { Onlooker } from '../sessions/live-session.js';
import { SeenTokens } from '../sessions/seen-tokens.js';
import { RevocationList } from '../sessions/revocation-list.js';
import { type AccessTokenClaims, AccessTokenCodec } from '../tokens/access-token-codec.js';
import { boundKeyOf, frozen } from '../tokens/claims.js';
import { VerifiedTokens } from '../tokens/verified-tokens.js';

/** Whom an access token speaks for: what `JwtAuthGuard` leaves in `request.user`. */
export interface AuthenticatedUser {
  /** The application's identifier of the user, the claim `sub`. */
  readonly id: string;
  readonly sessionId: string;
  /** The generation of the refresh token that this access token was issued with. */
  readonly generation: number;
  /** Every claim of the token, the application's own included; frozen, for every request with the token has them. */
  readonly claims: AccessTokenClaims;
}

/** As whom they look at their own sessions. */
export const onlookerOf = (asking: AuthenticatedUser | null = null): Onlooker | null =>
  asking && { sessionId: asking.sessionId, issuedAtMs: asking.claims.iat * 1000 };

/** Decides whom an access token lets in: verified once, and not of a revoked session. */
@Injectable()
export class AccessControl {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly tokens: AccessTokenCodec,
    private readonly verified: VerifiedTokens,
    private readonly revocations: RevocationList,
    private readonly seenTokens: SeenTokens,
  ) {}

  /**
   * Whom a token lets in. Answers at once, except where the database has to be asked whether the session was
   * revoked.
   *
   * @param jkt the thumbprint of the key that was proved together with it; null where none was
   * @throws InvalidTokenError | TokenExpiredError | SessionRevokedError
   * @throws InvalidDpopProofError when its session is bound to another key
   * @throws UnavailableError when nobody can tell whether the session was revoked
   */
  authenticate(
    token: string,
    jkt: string | null = null,
  ): AuthenticatedUser | Promise<AuthenticatedUser> {
    const known = this.verified.find(token, this.tokens.acceptedKeys);
    const claims = known ?? this.tokens.verify(token);
    assertProven(claims, jkt);
    return known === undefined ? this.admit(token, claims) : this.unlessRevoked(known, () => {});
  }

  /** As {@link authenticate}, for a token that was let in before; proofs are the caller's. @returns null when it was not */
  recall(token: string): AuthenticatedUser | Promise<AuthenticatedUser> | null {
    const claims = this.verified.find(token, this.tokens.acceptedKeys);
    return claims === undefined ? null : this.unlessRevoked(claims, () => {});
  }

  /** As {@link authenticate}, for a token that was verified and has these claims; proofs are the caller's. */
  admit(token: string, claims: AccessTokenClaims): AuthenticatedUser | Promise<AuthenticatedUser> {
    const keys = this.tokens.acceptedKeys;
    return this.unlessRevoked(frozen(claims), () => this.noteUse(token, claims, keys));
  }

  private unlessRevoked(
    claims: AccessTokenClaims,
    letIn: () => void,
  ): AuthenticatedUser | Promise<AuthenticatedUser> {
    const { sub: id, sid: sessionId, gen: generation } = claims;
    const decide = (isRevoked: boolean): AuthenticatedUser => {
      if (isRevoked) throw new SessionRevokedError();
      letIn();
      return { id, sessionId, generation, claims };
    };
    const revoked = this.revocations.isRevoked(sessionId);
    return typeof revoked === 'boolean' ? decide(revoked) : revoked.then(decide);
  }

  /**
   * Its holder has received the refresh token issued with it. The first pair of a session has no parent, and in one
   * that is bound to a key any token is good: nothing hangs on it.
   */
  private noteUse(token: string, claims: AccessTokenClaims, keys: readonly VerifyingKey[]): void {
    const endsAtSeconds = this.tokens.endSecondsOf(claims);
    this.verified.remember(token, { claims, endsAtSeconds, keys });
    const counts = this.settings.recovery && claims.gen > 0 && boundKeyOf(claims) === null;
    if (counts) this.seenTokens.note(claims.sid, claims.gen);
  }
}
