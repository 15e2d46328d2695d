import type { Clock } from '../clock.js';
import { InvalidTokenError, TokenExpiredError, type TokenName } from '../errors.js';
import type { KeyRing } from '../keys/key-ring.js';
import type { SigningKey } from '../keys/signing-key.js';
import {
  type IssuedClaims,
  type JsonObject,
  type RegisteredClaims,
  decodePart,
  encodePart,
  isWhole,
} from './claims.js';
import { isSignatureOf, signatureOf } from './signature.js';

/** What makes one kind of token different from every other. */
export interface JwtKind {
  readonly name: TokenName;
  /** The `typ` header: explicit typing, so that no token passes for another (RFC 8725 section 3.11). */
  readonly typ: 'at+jwt' | 'rt+jwt';
  readonly issuer: string;
  readonly audience: string;
}

/**
 * Signs and verifies one kind of token, in the compact form of RFC 7515 section 7.1. The token names a
 * key of ours and everything else follows from that key: nothing in a token chooses how it is verified.
 *
 * @see RFC 7519 section 7, RFC 8725 section 3
 */
export class JwtCodec<Claims extends RegisteredClaims> {
  /** The header of our tokens, encoded, by key: it never changes. */
  private readonly headers: ReadonlyMap<SigningKey, string>;
  /** The same the other way round: a header that we wrote need not be read again. */
  private readonly keysByHeader: ReadonlyMap<string, SigningKey>;

  /** @param isKind whether claims are complete for this kind of token */
  constructor(
    private readonly kind: JwtKind,
    private readonly keys: KeyRing,
    private readonly isKind: (claims: JsonObject) => claims is JsonObject & Claims,
    private readonly clock: Clock,
  ) {
    const { typ } = kind;
    const headers = keys.all.map(
      (key) => [key, encodePart({ alg: key.algorithm, typ, kid: key.kid })] as const,
    );
    this.headers = new Map(headers);
    this.keysByHeader = new Map(headers.map(([key, header]) => [header, key]));
  }

  /** The key that new tokens are signed with. */
  get signingKid(): string {
    return this.keys.current.kid;
  }

  /**
   * @param kid which key signs
   * @throws InvalidTokenError when that key is not, or no longer, one of ours
   */
  sign(claims: IssuedClaims, kid: string): string {
    const key = this.keys.find(kid);
    if (key === undefined) throw this.invalid();
    const input = `${this.headers.get(key)}.${encodePart(claims)}`;
    return `${input}.${signatureOf(input, key)}`;
  }

  /**
   * @returns the claims of a genuine token that has not expired
   * @throws InvalidTokenError when it is anything else
   * @throws TokenExpiredError when it is genuine but past its lifetime
   */
  verify(token: string): Claims {
    const claims = this.verifyGenuine(token);
    // Without leeway: a token is good before `exp`, not at it (RFC 7519 section 4.1.4).
    if (claims.exp * 1000 <= this.clock.nowMs()) throw new TokenExpiredError(this.kind.name);
    return claims;
  }

  /** As {@link verify}, for uses that an expired token is good enough for. */
  verifyGenuine(token: string): Claims {
    const endOfHeader = token.indexOf('.');
    const endOfInput = token.lastIndexOf('.');
    if (endOfHeader === endOfInput) throw this.invalid();
    const input = token.slice(0, endOfInput);
    const key = this.keyOf(token.slice(0, endOfHeader));
    if (key === null || !isSignatureOf(input, token.slice(endOfInput + 1), key))
      throw this.invalid();
    const claims = decodePart(input.slice(endOfHeader + 1));
    if (claims === null || !this.isOurs(claims)) throw this.invalid();
    return claims;
  }

  /** The key that a header names, if everything else in it is as we write it for that key. */
  private keyOf(encodedHeader: string): SigningKey | null {
    const known = this.keysByHeader.get(encodedHeader);
    if (known !== undefined) return known;
    const header = decodePart(encodedHeader);
    const kid = header?.['kid'];
    const key = typeof kid === 'string' ? this.keys.find(kid) : undefined;
    const isOurs =
      header?.['typ'] === this.kind.typ &&
      header['alg'] === key?.algorithm &&
      header['crit'] === undefined;
    return isOurs && key !== undefined ? key : null;
  }

  private isOurs(claims: JsonObject): claims is JsonObject & Claims {
    return (
      claims['iss'] === this.kind.issuer &&
      claims['aud'] === this.kind.audience &&
      this.hasBegun(claims['nbf']) &&
      this.isKind(claims)
    );
  }

  /** We never set `nbf`; who shares a key with us may (RFC 7519 section 4.1.5). */
  private hasBegun(notBefore: unknown = 0): boolean {
    return isWhole(notBefore) && Number(notBefore) * 1000 <= this.clock.nowMs();
  }

  private invalid(): InvalidTokenError {
    return new InvalidTokenError(this.kind.name);
  }
}
