import {
  type JsonWebKey,
  type KeyObject,
  createHash,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  hkdfSync,
} from 'node:crypto';

/** The signature algorithms of RFC 7518 that this module issues and accepts. */
export type SigningAlgorithm = 'HS256' | RsaAlgorithm | 'ES256';

/** The two ways in which an RSA key can sign: PKCS #1 v1.5, or PSS. */
export type RsaAlgorithm = 'RS256' | 'PS256';

/** One key: what signs with it, what verifies, and the name under which its tokens point to it. */
export interface SigningKey {
  /** The `kid` header (RFC 7515 section 4.1.4). It reveals nothing of the key. */
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly signWith: KeyObject;
  readonly verifyWith: KeyObject;
}

/** The shortest secret that HS256 may be given (RFC 7518 section 3.2), bytes of UTF-8. */
export const MIN_SECRET_BYTES = 32;

/** The shortest RSA modulus that may sign (RFC 7518 section 3.3), bits. */
const MIN_RSA_BITS = 2048;

/** A key is not of a kind that can be used here; the message says which kinds can. */
export class UnusableKeyError extends Error {}

/**
 * A key for HS256. The HMAC key is the secret's UTF-8 bytes; its `kid` is derived by HKDF, so that
 * every instance names the key alike and the name gives nothing of it away.
 *
 * @throws UnusableKeyError when the secret is shorter than 32 bytes, or holds a NUL: HMAC pads keys with those,
 *   so that one more at the end makes no other key
 */
export function secretKey(secret: string): SigningKey {
  const bytes = Buffer.from(secret, 'utf8');
  if (bytes.length < MIN_SECRET_BYTES) {
    throw new UnusableKeyError(`takes a secret of at least ${MIN_SECRET_BYTES} bytes`);
  }
  if (bytes.includes(0)) throw new UnusableKeyError('takes a secret without a NUL');
  const key = createSecretKey(bytes);
  const kid = Buffer.from(hkdfSync('sha256', key, '', 'nestjs-baton kid', 8)).toString('base64url');
  return { kid, algorithm: 'HS256', signWith: key, verifyWith: key };
}

/** Whether two secrets are the same but for what a file or a shell adds unseen: spaces, line ends, a NUL. */
export function isSameSecret(one: string, another: string): boolean {
  return bareOf(one) === bareOf(another);
}

const bareOf = (secret: string): string => secret.replaceAll(/[\s\0]/g, '');

/**
 * A key pair from a private key in PEM: RSA signs with `rsaAlgorithm`, P-256 with ES256.
 * Its `kid` is the thumbprint of the public half (RFC 7638).
 *
 * @throws UnusableKeyError when the text is not such a key
 */
export function privateKey(pem: string, rsaAlgorithm: RsaAlgorithm = 'RS256'): SigningKey {
  const signWith = readPrivateKey(pem);
  const algorithm = algorithmOf(signWith, rsaAlgorithm);
  const verifyWith = createPublicKey(signWith);
  return {
    kid: thumbprint(verifyWith.export({ format: 'jwk' })),
    algorithm,
    signWith,
    verifyWith,
  };
}

function readPrivateKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new UnusableKeyError('takes an unencrypted private key in PEM');
  }
}

function algorithmOf(key: KeyObject, rsaAlgorithm: RsaAlgorithm): SigningAlgorithm {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details = {} } = key;
  const { modulusLength = 0, namedCurve } = details;
  if (isStrongRsa(key)) return rsaAlgorithm;
  if (type === 'ec' && namedCurve === 'prime256v1') return 'ES256';
  const given = [type, namedCurve, modulusLength > 0 ? `${modulusLength} bits` : undefined];
  throw new UnusableKeyError(
    `takes an RSA key of at least ${MIN_RSA_BITS} bits or a P-256 key, and this one is ${given.filter(Boolean).join(', ')}`,
  );
}

/** Whether it is an RSA key that is long enough. */
export function isStrongRsa({ asymmetricKeyType: type, asymmetricKeyDetails }: KeyObject): boolean {
  return type === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_RSA_BITS;
}

/**
 * What a public key is known by, base64url. The members that are hashed are the required ones, in alphabetical order;
 * those that a kind of key has not are left out by JSON.
 *
 * @see RFC 7638 section 3.2, RFC 8037 section 2
 */
export function thumbprint({ crv, e, kty, n, x, y }: JsonWebKey): string {
  const members = { crv, e, kty, n, x, y };
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url');
}
