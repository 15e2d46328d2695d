import type { Clock } from '../clock.js';
import type { KeyRing } from '../keys/key-ring.js';
import type { Settings } from '../options.js';

import { type JsonObject, type RegisteredClaims, isRegistered, isWhole } from './claims.js';
import { JwtCodec } from './jwt-codec.js';
import { randomId } from './random-id.js';
import { startOfSession } from './session-start.js';

/** The claims of a refresh token. */
export interface RefreshTokenClaims extends RegisteredClaims {
  /** The session's absolute end, Unix seconds: carried along so that a rotation need not read it first. */
  readonly session_exp: number;
}

const isRefresh = (claims: JsonObject): claims is JsonObject & RefreshTokenClaims =>
  isRegistered(claims) && isWhole(claims['session_exp']);

/** A genuine refresh token, as it was presented. */
export interface PresentedRefreshToken {
  readonly token: string;
  readonly claims: RefreshTokenClaims;
}

/** The part of a token that the database does not know otherwise: enough to write it again, byte for byte. */
export interface RefreshTokenSeed {
  readonly kid: string;
  /** 128 random bits. Without them the token cannot be written, not even with the signing key. */
  readonly jti: string;
  readonly iat: number;
  readonly exp: number;
}

/** The place of a token in the race. */
export interface RefreshTokenSubject {
  readonly userId: string;
  readonly sessionId: string;
  readonly generation: number;
  /** The session's absolute end, Unix seconds. */
  readonly sessionEndsAt: number;
}

/** A refresh token ready to be handed out. */
export interface IssuedRefreshToken {
  readonly token: string;
  readonly subject: RefreshTokenSubject;
  readonly seed: RefreshTokenSeed;
}

/** Issues and verifies refresh tokens: JWTs with `typ: rt+jwt`, HS256, under a key of their own. */
export class RefreshTokens extends JwtCodec<RefreshTokenClaims> {
  constructor(
    private readonly settings: Settings,
    keys: KeyRing,
    private readonly now: Clock,
  ) {
    const { issuer, audience } = settings;
    super({ name: 'Refresh', typ: 'rt+jwt', issuer, audience }, keys, isRefresh, now);
  }

  /**
   * A new token that lives from now on, never past the session's absolute end. Of a session that is over by now it
   * has expired already.
   */
  issue(subject: RefreshTokenSubject): IssuedRefreshToken {
    const iat = Math.floor(this.now.nowMs() / 1000);
    const seed = { kid: this.signingKid, jti: randomId(), iat, exp: subject.sessionEndsAt };
    return this.write(subject, { ...seed, exp: this.endOfLife(subject, seed) });
  }

  /** The token of a known seed: the same subject and seed give the same bytes, for HS256 is deterministic. */
  write(subject: RefreshTokenSubject, seed: RefreshTokenSeed): IssuedRefreshToken {
    const claims = {
      iss: this.settings.issuer,
      aud: this.settings.audience,
      sub: subject.userId,
      sid: subject.sessionId,
      gen: subject.generation,
      session_exp: subject.sessionEndsAt,
      jti: seed.jti,
      iat: seed.iat,
      exp: seed.exp,
    };
    return { token: this.sign(claims, seed.kid), subject, seed };
  }

  /** Whole seconds from now until a token expires. */
  expiresInSeconds({ subject, seed }: IssuedRefreshToken): number {
    return this.endOfLife(subject, seed) - Math.floor(this.now.nowMs() / 1000);
  }

  /** A lifetime that was shortened holds for what was issued before, too. How old the session is, its row knows. */
  override endOf({ exp, iat, session_exp }: RefreshTokenClaims): number {
    return Math.min(exp, iat + this.settings.refreshTtl, session_exp);
  }

  private endOfLife(
    { sessionId: sid }: RefreshTokenSubject,
    { iat, exp }: RefreshTokenSeed,
  ): number {
    const { refreshTtl, sessionTtl } = this.settings;
    return Math.min(exp, iat + refreshTtl, startOfSession({ sid, iat }) + sessionTtl);
  }
}
