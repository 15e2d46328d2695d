import type { Clock } from '../clock.js';
import { InvalidTokenError, TokenExpiredError, type TokenName } from '../errors.js';
import type { KeyRing } from '../keys/key-ring.js';
import { type SigningAlgorithm, type VerifyingKey, isSigningKey } from '../keys/signing-key.js';
import { isBase64url, isCanonical } from './canonical-signature.js';
import {
  type IssuedClaims,
  type JsonObject,
  type RegisteredClaims,
  decodePart,
  encodePart,
  isObject,
  isWhole,
} from './claims.js';
import { type LibraryAlgorithm, type TokenSigner, signerOf } from './token-signer.js';

/**
 * Signs and verifies one kind of token. Signatures, issuer and audience are a library's business ({@link signerOf}).
 * What it cannot be told is judged here, in two halves around it: {@link keyOf} before the signature, {@link claimsOf}
 * after it. Whoever verifies otherwise (`passport-jwt`) uses the same two and {@link verification}.
 *
 * @see RFC 7519 section 7, RFC 8725 section 3
 */
export abstract class JwtCodec<Claims extends RegisteredClaims> {
  /** What libraries are told once and for all; keys that come later may have others. */
  private readonly toldAlgorithms: readonly LibraryAlgorithm[];
  private lastMade: MadeOfKeys;

  /** @param isKind whether claims are complete for this kind of token */
  constructor(
    private readonly kind: JwtKind,
    private readonly keys: KeyRing,
    private readonly isKind: (claims: JsonObject) => claims is JsonObject & Claims,
    private readonly clock: Clock,
  ) {
    this.toldAlgorithms = keys.all.map(({ algorithm }) => algorithm).filter(isOfLibrary);
    this.lastMade = this.makeOf(keys.all);
  }

  /** Every key that verifies: the same list until the keys change, and then another one. */
  get acceptedKeys(): readonly VerifyingKey[] {
    return this.keys.all;
  }

  /** The key that new tokens are signed with. */
  get signingKid(): string {
    return this.keys.current.kid;
  }

  /** For a verifier that knows all of our keys; which of the algorithms a token may have, {@link keyOf} says. */
  get verification(): VerificationOptions {
    const { issuer, audience } = this.kind;
    const algorithms = [...this.toldAlgorithms];
    return { algorithms, issuer, audience, ignoreExpiration: true, ignoreNotBefore: true };
  }

  /** Whether a token names a key of ours of another algorithm than {@link verification} says: ask {@link verifyGenuine}. */
  isBeyondLibraries(token: string): boolean {
    const key = this.keyNamedIn(token.slice(0, token.indexOf('.')));
    return key !== null && !this.toldAlgorithms.some((told) => told === key.algorithm);
  }

  /** Two codecs of which this is equal accept the same tokens. It names keys and reveals none. */
  get accepts(): string {
    const kids = this.keys.all.map(({ kid }) => kid);
    return JSON.stringify([this.kind, kids]);
  }

  /**
   * The same claims under the same key are the same bytes where the algorithm is deterministic, as HS256 is: a
   * repeated refresh depends on it.
   *
   * @param kid which key signs
   * @throws InvalidTokenError when that key is not, or no longer, one of ours
   */
  sign(claims: IssuedClaims, kid: string): string {
    const key = this.keys.find(kid);
    const signer = key && this.made.signers.get(key);
    if (key === undefined || signer === undefined || !isSigningKey(key)) throw this.invalid();
    for (;;) {
      const token = signer.sign(claims);
      if (isCanonical(signatureOf(token), key.algorithm)) return token;
    }
  }

  /**
   * @returns the claims of a genuine token that has not expired
   * @throws InvalidTokenError when it is anything else
   * @throws TokenExpiredError when it is genuine but past its lifetime
   */
  verify(token: string): Claims {
    return this.unexpired(this.verifyGenuine(token));
  }

  /** As {@link verify}, for uses that an expired token is good enough for. */
  verifyGenuine(token: string): Claims {
    const signer = this.made.signers.get(this.keyOf(token));
    return this.genuine(signer && payloadOf(token, signer));
  }

  /**
   * The key that a token names, if the rest of its header is as we write it for that key and its parts are
   * spelt as we spell them. Nothing else in a token chooses how it is verified: no library looks at `typ`
   * (RFC 8725 section 3.11) and `crit` (RFC 7515 section 4.1.11), knows one algorithm for each key
   * (RFC 8725 section 3.1), or minds the other spellings of a part.
   *
   * @throws InvalidTokenError
   */
  keyOf(token: string): VerifyingKey {
    const [header = '', payload = '', signature = ''] = token.split('.', 3);
    const key = this.keyNamedIn(header);
    const isOurs = key !== null && isBase64url(payload) && isCanonical(signature, key.algorithm);
    if (!isOurs) throw this.invalid();
    return key;
  }

  /**
   * The claims in the payload of a token whose signature is right. A list of audiences would do for a library,
   * the shapes of claims are ours, and time is the injected clock's.
   *
   * @throws InvalidTokenError | TokenExpiredError
   */
  claimsOf(payload: unknown): Claims {
    return this.unexpired(this.genuine(payload));
  }

  /**
   * When a token ends, Unix seconds: at its `exp` at the latest. Who else has the key, or had other settings, may
   * have written what they like.
   */
  abstract endSecondsOf(claims: Claims): number;

  private get made(): MadeOfKeys {
    if (this.lastMade.keys !== this.keys.all) this.lastMade = this.makeOf(this.keys.all);
    return this.lastMade;
  }

  private makeOf(keys: readonly VerifyingKey[]): MadeOfKeys {
    const { issuer, audience } = this.kind;
    return {
      keys,
      signers: new Map(
        keys.map((key) => [key, signerOf(key, this.headerOf(key), { issuer, audience })]),
      ),
      keysByHeader: new Map(keys.map((key) => [encodePart(this.headerOf(key)), key])),
    };
  }

  private headerOf({ algorithm: alg, kid }: VerifyingKey) {
    return { alg, typ: this.kind.typ, kid };
  }

  private keyNamedIn(encodedHeader: string): VerifyingKey | null {
    const known = this.made.keysByHeader.get(encodedHeader);
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

  private genuine(payload: unknown): Claims {
    if (!isObject(payload) || !this.isOurs(payload)) throw this.invalid();
    return payload;
  }

  private isOurs(claims: JsonObject): claims is JsonObject & Claims {
    return (
      claims['iss'] === this.kind.issuer &&
      claims['aud'] === this.kind.audience &&
      this.hasBegun(claims['nbf']) &&
      this.isKind(claims)
    );
  }

  /** Without leeway: a token is good before its end, not at it (RFC 7519 section 4.1.4). */
  private unexpired(claims: Claims): Claims {
    if (this.endSecondsOf(claims) * 1000 <= this.clock.nowMs())
      throw new TokenExpiredError(this.kind.name);
    return claims;
  }

  /** We never set `nbf`; who shares a key with us may (RFC 7519 section 4.1.5). */
  private hasBegun(notBefore: unknown = 0): boolean {
    return isWhole(notBefore) && Number(notBefore) * 1000 <= this.clock.nowMs();
  }

  private invalid(): InvalidTokenError {
    return new InvalidTokenError(this.kind.name);
  }
}

/** What is made of the keys once, for as long as they are the same. */
interface MadeOfKeys {
  readonly keys: readonly VerifyingKey[];
  /** For each key what signs and verifies by its one algorithm. */
  readonly signers: ReadonlyMap<VerifyingKey, TokenSigner>;
  /** A header that we wrote need not be read again: it never changes. */
  readonly keysByHeader: ReadonlyMap<string, VerifyingKey>;
}

/** What makes one kind of token different from every other. */
export interface JwtKind {
  readonly name: TokenName;
  /** The `typ` header: explicit typing, so that no token passes for another (RFC 8725 section 3.11). */
  readonly typ: 'at+jwt' | 'rt+jwt';
  readonly issuer: string;
  readonly audience: string;
}

/** What a library that verifies our tokens has to be told, whether `JwtService` or `passport-jwt`. */
export interface VerificationOptions {
  readonly algorithms: LibraryAlgorithm[];
  readonly issuer: string;
  readonly audience: string;
  /** Both are the injected clock's to judge. */
  readonly ignoreExpiration: true;
  readonly ignoreNotBefore: true;
}

const isOfLibrary = (algorithm: SigningAlgorithm): algorithm is LibraryAlgorithm =>
  algorithm !== 'EdDSA';

function signatureOf(token: string): string {
  return token.slice(token.lastIndexOf('.') + 1);
}

/** @returns undefined when the token is not signed by the signer's key */
function payloadOf(token: string, signer: TokenSigner): unknown {
  try {
    return signer.verify(token);
  } catch {
    return undefined;
  }
}
