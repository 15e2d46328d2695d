import {
  type AsymmetricKeyDetails,
  type JsonWebKey,
  type JsonWebKeyInput,
  type KeyObject,
  createHash,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  hkdfSync,
} from 'node:crypto';
import { plainRsaKey } from './rsa-pss-key.js';

/** The signature algorithms of RFC 7518, and of RFC 8037 with Ed25519, that this module issues and accepts. */
export type SigningAlgorithm = 'HS256' | RsaAlgorithm | 'ES256' | 'EdDSA';

/** The two ways in which an RSA key can sign: PKCS #1 v1.5, or PSS. */
export type RsaAlgorithm = 'RS256' | 'PS256';

/** One key that verifies tokens, and the name under which they point to it. */
export interface VerifyingKey {
  /** The `kid` header (RFC 7515 section 4.1.4). It reveals nothing of the key. */
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly verifyWith: KeyObject;
}

/** One that signs them as well. */
export interface SigningKey extends VerifyingKey {
  readonly signWith: KeyObject;
}

export const isSigningKey = (key: VerifyingKey): key is SigningKey => 'signWith' in key;

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
 * A key pair from a private key: RSA signs with `rsaAlgorithm`, or with PS256 where it is for RSA-PSS alone, P-256 with
 * ES256, Ed25519 with EdDSA. Its `kid` is the thumbprint of the public half (RFC 7638).
 *
 * @param given PEM, or a JWK
 * @throws UnusableKeyError when it is not such a key
 */
export function privateKey(
  given: string | JsonWebKeyInput,
  rsaAlgorithm: RsaAlgorithm = 'RS256',
): SigningKey {
  const key = read(createPrivateKey, given, 'takes an unencrypted private key in PEM');
  const algorithm = algorithmOf(key, rsaAlgorithm);
  const signWith = plainRsaKey(key);
  return { ...verifyingKey(createPublicKey(signWith), algorithm), signWith };
}

/** As {@link privateKey}, of the public half alone: it verifies what somebody else signs, or has signed. */
export function publicKey(
  given: string | JsonWebKeyInput,
  rsaAlgorithm: RsaAlgorithm = 'RS256',
): VerifyingKey {
  const key = read(createPublicKey, given, 'takes a key as PEM, JWK or JWKS');
  return verifyingKey(plainRsaKey(key), algorithmOf(key, rsaAlgorithm));
}

function verifyingKey(verifyWith: KeyObject, algorithm: SigningAlgorithm): VerifyingKey {
  return { kid: thumbprint(verifyWith.export({ format: 'jwk' })), algorithm, verifyWith };
}

function read(
  create: (given: string | JsonWebKeyInput) => KeyObject,
  given: string | JsonWebKeyInput,
  takes: string,
): KeyObject {
  try {
    return create(given);
  } catch {
    throw new UnusableKeyError(takes);
  }
}

function algorithmOf(key: KeyObject, rsaAlgorithm: RsaAlgorithm): SigningAlgorithm {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details = {} } = key;
  if (isStrongRsa(key)) return rsaAlgorithm;
  if (type === 'rsa-pss' && isLongEnough(key) && admitsPs256(details)) return 'PS256';
  if (type === 'ec' && details.namedCurve === 'prime256v1') return 'ES256';
  if (type === 'ed25519') return 'EdDSA';
  throw new UnusableKeyError(
    `takes an RSA key of at least ${MIN_RSA_BITS} bits, a P-256 or an Ed25519 key, and this one is ${kindOf(key)}`,
  );
}

/** A key for RSA-PSS may be for one digest only, and ask for a longer salt than PS256 has (RFC 4055 section 3.1). */
function admitsPs256(details: AsymmetricKeyDetails): boolean {
  const { hashAlgorithm = 'sha256', mgf1HashAlgorithm = 'sha256', saltLength = 0 } = details;
  return hashAlgorithm === 'sha256' && mgf1HashAlgorithm === 'sha256' && saltLength <= 32;
}

function kindOf({ asymmetricKeyType: type, asymmetricKeyDetails: details = {} }: KeyObject) {
  const { namedCurve, modulusLength, hashAlgorithm } = details;
  const length = modulusLength === undefined ? undefined : `${modulusLength} bits`;
  return [type, namedCurve, length, hashAlgorithm].filter(Boolean).join(', ');
}

/** Whether it is an RSA key that is long enough. */
export function isStrongRsa(key: KeyObject): boolean {
  return key.asymmetricKeyType === 'rsa' && isLongEnough(key);
}

const isLongEnough = ({ asymmetricKeyDetails: details }: KeyObject): boolean =>
  (details?.modulusLength ?? 0) >= MIN_RSA_BITS;

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
