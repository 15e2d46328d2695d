import type { Clock } from '../clock.js';
import type { KeyRing } from '../keys/key-ring.js';
import type { Settings } from '../options.js';
import { type RegisteredClaims, bindingTo, isRegistered } from './claims.js';
import { JwtCodec } from './jwt-codec.js';
import type { OwnClaims } from './own-claims.js';
import { randomId } from './random-id.js';
import { loginTimeMs, sessionStartSeconds } from './session-start.js';
import type { TokenPlace } from './token-place.js';

/** The claims of an access token: the registered ones and the application's own. */
export type AccessTokenClaims = RegisteredClaims & Readonly<Record<string, unknown>>;

/** Issues and verifies access tokens: JWTs with `typ: at+jwt` (RFC 9068). */
export class AccessTokenCodec extends JwtCodec<AccessTokenClaims> {
  constructor(
    private readonly settings: Settings,
    keys: KeyRing,
    private readonly now: Clock,
  ) {
    const { issuer, audience } = settings;
    super({ name: 'Access', typ: 'at+jwt', issuer, audience }, keys, isRegistered, now);
  }

  /**
   * @param own the application's own claims
   * @param clientId the client that asks for it; null where there are none, and nobody goes by RFC 9068
   * @returns the token and its remaining lifetime in whole seconds
   * @see RFC 9068 section 2.2
   */
  issue(place: TokenPlace, own: OwnClaims, clientId: string | null = null) {
    const iat = Math.floor(this.now.nowMs() / 1000);
    const { issuer: iss, audience: aud } = this.settings;
    const claims = {
      ...(clientId === null ? {} : { client_id: clientId, ...authTimeOf(place.sessionId) }),
      ...own,
      iss,
      aud,
      sub: place.userId,
      sid: place.sessionId,
      gen: place.generation,
      jti: randomId(),
      iat,
      exp: place.sessionEndsAtSeconds,
      ...bindingTo(place.jkt),
    };
    const exp = this.endSecondsOf(claims);
    const token = this.sign({ ...claims, exp }, this.signingKid);
    return { token, expiresInSeconds: exp - iat };
  }

  /** A lifetime that was shortened holds for what was issued before, too; no session is older than its own. */
  endSecondsOf(claims: Pick<AccessTokenClaims, 'sid' | 'iat' | 'exp'>): number {
    const { accessTtlSeconds, sessionTtlSeconds } = this.settings;
    return Math.min(
      claims.exp,
      claims.iat + accessTtlSeconds,
      sessionStartSeconds(claims) + sessionTtlSeconds,
    );
  }
}

/**
 * When the user logged in, the same in every token of the session. Whoever opens sessions for users who have proved
 * who they are elsewhere may know better, and say so in a claim of their own.
 *
 * @see RFC 9068 section 2.2.1
 */
function authTimeOf(sessionId: string): { readonly auth_time?: number } {
  const ms = loginTimeMs(sessionId);
  return ms === null ? {} : { auth_time: Math.floor(ms / 1000) };
}
