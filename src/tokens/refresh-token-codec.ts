import type { Clock } from '../clock.js';
import type { KeyRing } from '../keys/key-ring.js';
import type { Settings } from '../options.js';
import {
  type JsonObject,
  type RegisteredClaims,
  bindingTo,
  boundKeyOf,
  isRegistered,
  isWhole,
} from './claims.js';
import { JwtCodec } from './jwt-codec.js';
import { randomId } from './random-id.js';
import { sessionStartSeconds } from './session-start.js';
import type { TokenPlace } from './token-place.js';

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
  /** The thumbprint of the key that was proved together with it; null or undefined where none was. */
  readonly jkt?: string | null;
}

/** What a refresh token was stamped with when it was issued: with its place enough to write it again, byte for byte. */
export interface RefreshTokenStamp {
  readonly kid: string;
  /** 128 random bits. Without them the token cannot be written, not even with the signing key. */
  readonly jti: string;
  readonly iat: number;
  readonly exp: number;
}

/** A refresh token ready to be handed out. */
export interface IssuedRefreshToken {
  readonly token: string;
  readonly place: TokenPlace;
  readonly stamp: RefreshTokenStamp;
}

/** Issues and verifies refresh tokens: JWTs with `typ: rt+jwt`, HS256, under a key of their own. */
export class RefreshTokenCodec extends JwtCodec<RefreshTokenClaims> {
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
  issue(place: TokenPlace): IssuedRefreshToken {
    const iat = Math.floor(this.now.nowMs() / 1000);
    const stamp = { kid: this.signingKid, jti: randomId(), iat, exp: place.sessionEndsAtSeconds };
    return this.write(place, { ...stamp, exp: this.lifeEndSeconds(place, stamp) });
  }

  /** The token of a known stamp: the same place and stamp give the same bytes, for HS256 is deterministic. */
  write(place: TokenPlace, stamp: RefreshTokenStamp): IssuedRefreshToken {
    const claims = {
      iss: this.settings.issuer,
      aud: this.settings.audience,
      sub: place.userId,
      sid: place.sessionId,
      gen: place.generation,
      session_exp: place.sessionEndsAtSeconds,
      jti: stamp.jti,
      iat: stamp.iat,
      exp: stamp.exp,
      ...bindingTo(place.jkt),
    };
    return { token: this.sign(claims, stamp.kid), place, stamp };
  }

  /** A token that was presented, to be handed out again as it is. */
  reissue({ token, claims }: PresentedRefreshToken): IssuedRefreshToken {
    const { sub: userId, sid: sessionId, gen: generation, session_exp, jti, iat, exp } = claims;
    return {
      token,
      place: {
        userId,
        sessionId,
        generation,
        sessionEndsAtSeconds: session_exp,
        jkt: boundKeyOf(claims),
      },
      stamp: { kid: this.keyOf(token).kid, jti, iat, exp },
    };
  }

  /** Whole seconds from now until a token expires. */
  expiresInSeconds({ place, stamp }: IssuedRefreshToken): number {
    return this.lifeEndSeconds(place, stamp) - Math.floor(this.now.nowMs() / 1000);
  }

  /** A lifetime that was shortened holds for what was issued before, too. How old the session is, its row knows. */
  endSecondsOf({ exp, iat, session_exp }: RefreshTokenClaims): number {
    return Math.min(exp, iat + this.settings.refreshTtlSeconds, session_exp);
  }

  private lifeEndSeconds({ sessionId: sid }: TokenPlace, { iat, exp }: RefreshTokenStamp): number {
    const { refreshTtlSeconds, sessionTtlSeconds } = this.settings;
    return Math.min(
      exp,
      iat + refreshTtlSeconds,
      sessionStartSeconds({ sid, iat }) + sessionTtlSeconds,
    );
  }
}
