import { type JsonWebKey, type KeyObject, createPublicKey, verify } from 'node:crypto';
import { UnusableKeyError, isStrongRsa, thumbprint } from './signing-key.js';

/**
 * The algorithms that a DPoP proof may be signed with: `Ed25519` is the newer name of `EdDSA` with such a key.
 *
 * @see RFC 7518 section 3.1, RFC 8037 section 3.1, RFC 9864 section 2.2
 */
export const PROOF_ALGORITHMS = ['ES256', 'EdDSA', 'Ed25519', 'RS256'] as const;
export type ProofAlgorithm = (typeof PROOF_ALGORITHMS)[number];

/** The members that only a private or a symmetric key has (RFC 7518 section 6, RFC 8037 section 2). */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** What an RSA signature costs grows with the modulus and the exponent, which whoever made the key has chosen. */
const MAX_RSA_BITS = 4096;
const MAX_RSA_EXPONENT = 65_537n;

/** Whether a key can verify one algorithm's signatures, and how Node is told to. */
interface Verification {
  fits(key: KeyObject): boolean;
  verifies(key: KeyObject, data: Buffer, signature: Buffer): boolean;
}

const ed25519: Verification = {
  fits: ({ asymmetricKeyType }) => asymmetricKeyType === 'ed25519',
  verifies: (key, data, signature) => verify(null, data, key, signature),
};

const VERIFICATIONS: Readonly<Record<ProofAlgorithm, Verification>> = {
  ES256: {
    fits: ({ asymmetricKeyDetails }) => asymmetricKeyDetails?.namedCurve === 'prime256v1',
    verifies: (key, data, signature) =>
      verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature),
  },
  EdDSA: ed25519,
  Ed25519: ed25519,
  RS256: {
    fits: (key) => isStrongRsa(key) && isCheapRsa(key),
    verifies: (key, data, signature) => verify('sha256', data, key, signature),
  },
};

/** The public key in a DPoP proof, which its holder has chosen. */
export class ProofKey {
  private constructor(
    /** The key's thumbprint (RFC 7638): what a session is bound to. */
    readonly jkt: string,
    private readonly key: KeyObject,
    private readonly verification: Verification,
  ) {}

  /**
   * @param jwk what stands in the proof's header
   * @throws UnusableKeyError when it is not one public key, and nothing more, for this algorithm
   */
  static from(jwk: Readonly<Record<string, unknown>>, algorithm: ProofAlgorithm): ProofKey {
    if (PRIVATE_MEMBERS.some((member) => member in jwk)) {
      throw new UnusableKeyError('takes a public key without private parts');
    }
    const key = publicKeyIn(jwk);
    const verification = VERIFICATIONS[algorithm];
    if (key === null || !verification.fits(key)) {
      throw new UnusableKeyError(`takes a public key for ${algorithm}`);
    }
    // Of the key that was read, so that no other spelling of it has another thumbprint.
    return new ProofKey(thumbprint(key.export({ format: 'jwk' })), key, verification);
  }

  verifies(data: Buffer, signature: Buffer): boolean {
    return this.verification.verifies(this.key, data, signature);
  }
}

function publicKeyIn(jwk: JsonWebKey): KeyObject | null {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    return null;
  }
}

function isCheapRsa({ asymmetricKeyDetails: details = {} }: KeyObject): boolean {
  const { modulusLength, publicExponent } = details;
  if (modulusLength === undefined || publicExponent === undefined) return false;
  return modulusLength <= MAX_RSA_BITS && publicExponent <= MAX_RSA_EXPONENT;
}
