import {
  type KeyObject,
  constants,
  createHash,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
} from 'node:crypto';
import { UnusableKeyError, isSameSecret, privateKey, publicKey, secretKey } from './signing-key.js';

const SECRET = 'a secret of exactly 32 bytes 012';
const PKCS8 = { type: 'pkcs8', format: 'pem' } as const;

const pemOfRsa = (modulusLength: number): string =>
  generateKeyPairSync('rsa', { modulusLength }).privateKey.export(PKCS8).toString();
const pemOfEc = (namedCurve: string): string =>
  generateKeyPairSync('ec', { namedCurve }).privateKey.export(PKCS8).toString();

/** By `Reflect`, since the published types take the length of the salt for text. */
function pemOfRsaPss(hashAlgorithm?: string, saltLength?: number): string {
  const parameters = { hashAlgorithm, mgf1HashAlgorithm: hashAlgorithm, saltLength };
  const options = { modulusLength: 2048, ...(hashAlgorithm && parameters) };
  const pair: { privateKey: KeyObject } = Reflect.apply(generateKeyPairSync, undefined, [
    'rsa-pss',
    options,
  ]);
  return pair.privateKey.export(PKCS8).toString();
}

const PSS = pemOfRsaPss();
const PSS_SHA256 = pemOfRsaPss('sha256', 32);

const RSA = pemOfRsa(2048);
const P256 = pemOfEc('prime256v1');
const ED25519 = generateKeyPairSync('ed25519').privateKey.export(PKCS8).toString();

describe('a secret', () => {
  it('signs and verifies with its own UTF-8 bytes under HS256', () => {
    const { algorithm, signWith, verifyWith } = secretKey(`${SECRET}ü€`);
    expect(algorithm).toBe('HS256');
    expect(signWith.export()).toEqual(Buffer.from(`${SECRET}ü€`, 'utf8'));
    expect(verifyWith.export()).toEqual(signWith.export());
  });

  it.each([
    ['31 characters', 'x'.repeat(31)],
    ['an empty one', ''],
    ['15 characters of two bytes', 'ü'.repeat(15)],
  ])('is refused when it is shorter than 32 bytes: %s', (_what, secret) => {
    expect(() => secretKey(secret)).toThrow(UnusableKeyError);
  });

  it.each([
    ['32 characters', 'x'.repeat(32)],
    ['16 characters of two bytes', 'ü'.repeat(16)],
  ])('is counted in bytes: %s', (_what, secret) => {
    expect(secretKey(secret).algorithm).toBe('HS256');
  });

  it('has the same name on every instance, and another secret has another', () => {
    expect(secretKey(SECRET).kid).toBe(secretKey(SECRET).kid);
    expect(secretKey(SECRET).kid).not.toBe(secretKey(`${SECRET}.`).kid);
  });

  it('has a name that is neither a part nor a plain digest of it', () => {
    const { kid } = secretKey(SECRET);
    const digest = createHash('sha256').update(SECRET).digest();
    expect(kid).toMatch(/^[\w-]{11}$/);
    expect(SECRET).not.toContain(Buffer.from(kid, 'base64url').toString('latin1'));
    expect(digest.includes(Buffer.from(kid, 'base64url'))).toBe(false);
  });

  it('is never in the message that refuses it', () => {
    expect(() => secretKey('hunter2')).toThrow(/^takes a secret of at least 32 bytes$/);
  });
});

/** @see issue 11 */
it.each([
  ['a space after it', `${SECRET} `],
  ['the end of a line after it', `${SECRET}\r\n`],
  ['a NUL after it', `${SECRET}\0`],
  ['its spaces gone', SECRET.replaceAll(' ', '')],
])('a secret is the same with %s', (_what, other) => {
  expect(isSameSecret(SECRET, other)).toBe(true);
  expect(isSameSecret(SECRET, `${other}.`)).toBe(false);
});

/** @see issue 11 */
it('a secret with a NUL is refused: to HMAC it would be the one without', () => {
  expect(() => secretKey(`${SECRET}\0`)).toThrow(
    new UnusableKeyError('takes a secret without a NUL'),
  );
});

/** @see issue 11 */
it('a key of another kind is named in its refusal', () => {
  expect(() => privateKey(pemOfRsaPss('sha512'))).toThrow(
    /this one is rsa-pss, 2048 bits, sha512$/,
  );
  expect(() => privateKey(pemOfEc('secp384r1'))).toThrow(/this one is ec, secp384r1$/);
});

describe('a private key', () => {
  it.each([
    ['an RSA key signs with RS256', RSA, undefined, 'RS256'],
    ['an RSA key signs with PS256 where that was asked for', RSA, 'PS256', 'PS256'],
    ['a P-256 key signs with ES256', P256, undefined, 'ES256'],
    ['a P-256 key signs with ES256 whatever RSA keys do', P256, 'PS256', 'ES256'],
    ['an Ed25519 key signs with EdDSA', ED25519, undefined, 'EdDSA'],
    ['a key for RSA-PSS alone signs with PS256, whatever is asked', PSS, 'RS256', 'PS256'],
    ['so does one for RSA-PSS with SHA-256 alone', PSS_SHA256, undefined, 'PS256'],
  ] as const)('%s', (_what, pem, rsaAlgorithm, algorithm) => {
    expect(privateKey(pem, rsaAlgorithm).algorithm).toBe(algorithm);
  });

  it('verifies with the public half alone', () => {
    const { signWith, verifyWith } = privateKey(P256);
    expect(signWith.type).toBe('private');
    expect(verifyWith.type).toBe('public');
  });

  it('is named after the thumbprint of its public half: RSA, RFC 7638 section 3.2', () => {
    const { e, n } = createPublicKey(RSA).export({ format: 'jwk' });
    const members = `{"e":"${e}","kty":"RSA","n":"${n}"}`;
    expect(privateKey(RSA).kid).toBe(createHash('sha256').update(members).digest('base64url'));
  });

  it('is named after the thumbprint of its public half: EC, RFC 7638 section 3.2', () => {
    const { x, y } = createPublicKey(P256).export({ format: 'jwk' });
    const members = `{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`;
    expect(privateKey(P256).kid).toBe(createHash('sha256').update(members).digest('base64url'));
  });

  it('is named after the thumbprint of its public half: Ed25519, RFC 8037 section 2', () => {
    const { x } = createPublicKey(ED25519).export({ format: 'jwk' });
    const members = `{"crv":"Ed25519","kty":"OKP","x":"${x}"}`;
    expect(privateKey(ED25519).kid).toBe(createHash('sha256').update(members).digest('base64url'));
  });

  it.each([PSS, PSS_SHA256])('for RSA-PSS alone is the RSA key with the same numbers', (pem) => {
    const signed = Buffer.from('signed');
    const { signWith, verifyWith } = privateKey(pem);
    const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
    const signature = sign('sha256', signed, { key: signWith, ...pss });
    expect(verify('sha256', signed, { key: createPublicKey(pem), ...pss }, signature)).toBe(true);
    const spki = createPublicKey(pem).export({ type: 'spki', format: 'pem' }).toString();
    expect(publicKey(spki).verifyWith.equals(verifyWith)).toBe(true);
  });

  it.each([
    ['an RSA key of 1024 bits', pemOfRsa(1024)],
    ['a key on another curve', pemOfEc('secp384r1')],
    ['a key on the curve of Bitcoin', pemOfEc('secp256k1')],
    ['an Ed448 key', generateKeyPairSync('ed448').privateKey.export(PKCS8).toString()],
    ['a key for encryption', generateKeyPairSync('x25519').privateKey.export(PKCS8).toString()],
    ['for RSA-PSS with SHA-512', pemOfRsaPss('sha512')],
    ['for RSA-PSS with a longer salt', pemOfRsaPss('sha256', 33)],
  ])('is refused when it is %s', (_what, pem) => {
    expect(() => privateKey(pem)).toThrow(
      'takes an RSA key of at least 2048 bits, a P-256 or an Ed25519 key',
    );
  });

  it.each([
    ['no PEM at all', 'a secret that is not a key'],
    ['empty', ''],
    ['cut off', RSA.slice(0, 400)],
    ['a public key', createPublicKey(RSA).export({ type: 'spki', format: 'pem' }).toString()],
    [
      'encrypted',
      generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
        .privateKey.export({ ...PKCS8, cipher: 'aes-256-cbc', passphrase: 'secret' })
        .toString(),
    ],
  ])('is refused when it is %s, without a word of it', (_what, pem) => {
    expect(() => privateKey(pem)).toThrow(/^takes an unencrypted private key in PEM$/);
  });
});
