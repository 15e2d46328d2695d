import { JwtSecretRequestType, JwtService } from '@nestjs/jwt';
import { z } from 'zod';
import type { Clock } from '../clock.js';
import { InvalidTokenError, TokenExpiredError, type TokenName } from '../errors.js';
import type { KeyRing } from '../keys/key-ring.js';
import type { SigningKey } from '../keys/signing-key.js';
import { isCanonical } from './canonical-signature.js';

const headerSchema = z.object({ typ: z.string(), alg: z.string(), kid: z.string() });

/** What makes one kind of token different from every other. */
export interface JwtKind {
  readonly name: TokenName;
  /** The `typ` header: explicit typing, so that no token passes for another (RFC 8725 section 3.11). */
  readonly typ: 'at+jwt' | 'rt+jwt';
  readonly issuer: string;
  readonly audience: string;
}

/** The claims that every token of this module has. */
export interface RegisteredClaims {
  readonly sub: string;
  readonly sid: string;
  readonly gen: number;
  readonly jti: string;
  /** Unix seconds. */
  readonly iat: number;
  /** Unix seconds. */
  readonly exp: number;
}

/**
 * Signs and verifies one kind of token. Whoever verifies, `passport-jwt` for a guard or
 * {@link verify} for a method call, takes the key from {@link keyFor}, the options from
 * {@link verifyOptions} and the last word from {@link accept}.
 */
export class JwtCodec<Claims extends RegisteredClaims> {
  private readonly jwt = new JwtService({
    secretOrKeyProvider: (use, token, options) =>
      use === JwtSecretRequestType.SIGN
        ? this.keyNamed(options && 'keyid' in options ? options.keyid : undefined).signWith
        : this.keyFor(typeof token === 'string' ? token : '').verifyWith,
  });

  constructor(
    private readonly kind: JwtKind,
    private readonly keys: KeyRing,
    private readonly claimsSchema: z.ZodType<Claims>,
    private readonly clock: Clock,
  ) {}

  /** What the verifying library checks. Expiry is ours: it is judged by the injected clock. */
  get verifyOptions() {
    return {
      algorithms: [...new Set(this.keys.all.map((key) => key.algorithm))],
      issuer: this.kind.issuer,
      audience: this.kind.audience,
      ignoreExpiration: true,
    };
  }

  /** The key that new tokens are signed with. */
  get signingKid(): string {
    return this.keys.current.kid;
  }

  /**
   * @param kid which key signs
   * @throws InvalidTokenError when that key is not, or no longer, one of ours
   */
  sign(claims: RegisteredClaims & Readonly<Record<string, unknown>>, kid: string): string {
    const { algorithm } = this.keyNamed(kid);
    const { issuer: iss, audience: aud, typ } = this.kind;
    const options = { algorithm, keyid: kid, header: { alg: algorithm, typ } };
    for (;;) {
      const token = this.jwt.sign({ ...claims, iss, aud }, options);
      if (isCanonical(token, algorithm)) return token;
    }
  }

  /**
   * @returns the claims of a genuine token that has not expired
   * @throws InvalidTokenError when it is anything else
   * @throws TokenExpiredError when it is genuine but past its lifetime
   */
  verify(token: string): Claims {
    const claims = this.verifyGenuine(token);
    this.refuseExpired(claims);
    return claims;
  }

  /** As {@link verify}, for uses that an expired token is good enough for. */
  verifyGenuine(token: string): Claims {
    try {
      return this.parse(this.jwt.verify<object>(token, this.verifyOptions));
    } catch (error) {
      throw new InvalidTokenError(this.kind.name, error);
    }
  }

  /** The key that verifies this token, after everything that can be said before its signature is checked. */
  keyFor(token: string): SigningKey {
    const header = headerSchema.safeParse(headerOf(token));
    const key = this.keyNamed(header.data?.kid);
    const isOurs =
      header.data?.typ === this.kind.typ &&
      header.data.alg === key.algorithm &&
      isCanonical(token, key.algorithm);
    if (!isOurs) throw new InvalidTokenError(this.kind.name);
    return key;
  }

  /** The claims of a payload whose signature, issuer and audience have been verified. */
  accept(payload: unknown): Claims {
    const claims = this.parse(payload);
    this.refuseExpired(claims);
    return claims;
  }

  private keyNamed(kid: string | undefined): SigningKey {
    const key = kid === undefined ? undefined : this.keys.find(kid);
    if (key === undefined) throw new InvalidTokenError(this.kind.name);
    return key;
  }

  private parse(payload: unknown): Claims {
    const claims = this.claimsSchema.safeParse(payload);
    if (!claims.success) throw new InvalidTokenError(this.kind.name, claims.error);
    return claims.data;
  }

  /** Without leeway, as the contract has it: a token is good before `exp`, not at it (RFC 7519 section 4.1.4). */
  private refuseExpired(claims: Claims): void {
    if (claims.exp * 1000 <= this.clock.nowMs()) throw new TokenExpiredError(this.kind.name);
  }
}

function headerOf(token: string): unknown {
  const [header = ''] = token.split('.', 1);
  try {
    return JSON.parse(Buffer.from(header, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
