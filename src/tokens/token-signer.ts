import { sign, verify } from 'node:crypto';
import { JwtService } from '@nestjs/jwt';
import { type SigningAlgorithm, type VerifyingKey, isSigningKey } from '../keys/signing-key.js';
import { type JsonObject, decodePart, encodePart } from './claims.js';

/** The algorithms of `jsonwebtoken`, and with it of `JwtService` and `passport-jwt`: it knows no EdDSA. */
export type LibraryAlgorithm = Exclude<SigningAlgorithm, 'EdDSA'>;

/** Signs and verifies tokens by one key and its algorithm. */
export interface TokenSigner {
  /** @throws Error where the key only verifies */
  sign(claims: object): string;
  /**
   * @returns the claims of a token that has the key's signature; the key itself has been found by the token's header
   * @throws Error when it has not
   */
  verify(token: string): unknown;
}

/** What signs and verifies with this key: `JwtService`, or Node where that does not know the algorithm. */
export function signerOf(
  key: VerifyingKey,
  header: { readonly alg: SigningAlgorithm; readonly typ: string; readonly kid: string },
  verification: { readonly issuer?: string; readonly audience?: string } = {},
): TokenSigner {
  const { algorithm, verifyWith: publicKey } = key;
  if (algorithm === 'EdDSA') return new EdDsaSigner(key, encodePart(header));
  return new JwtService({
    ...(isSigningKey(key) && { privateKey: key.signWith }),
    publicKey,
    signOptions: { algorithm, header },
    verifyOptions: {
      ...verification,
      algorithms: [algorithm],
      ignoreExpiration: true,
      ignoreNotBefore: true,
    },
  });
}

/**
 * Issuer, audience and time are the codec's to judge in any case.
 *
 * @see RFC 8037 section 3.1
 */
class EdDsaSigner implements TokenSigner {
  constructor(
    private readonly key: VerifyingKey,
    private readonly header: string,
  ) {}

  sign(claims: object): string {
    if (!isSigningKey(this.key)) throw new Error('A public key cannot sign');
    const signed = `${this.header}.${encodePart(claims)}`;
    return `${signed}.${sign(null, Buffer.from(signed), this.key.signWith).toString('base64url')}`;
  }

  verify(token: string): JsonObject | null {
    const end = token.lastIndexOf('.');
    const signature = Buffer.from(token.slice(end + 1), 'base64url');
    if (!verify(null, Buffer.from(token.slice(0, end)), this.key.verifyWith, signature)) {
      throw new Error('The signature is not by this key');
    }
    return decodePart(token.slice(token.indexOf('.') + 1, end));
  }
}
