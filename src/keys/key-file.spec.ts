import { type JsonWebKey, type KeyObject, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { keysIn } from './key-file.js';
import { UnusableKeyError, isSigningKey } from './signing-key.js';

const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const PSS = generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey;
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const ED = generateKeyPairSync('ed25519').privateKey;

const pem = (key: KeyObject): string =>
  key
    .export(
      key.type === 'private' ? { type: 'pkcs8', format: 'pem' } : { type: 'spki', format: 'pem' },
    )
    .toString();
const jwk = (key: KeyObject, more: object = {}): JsonWebKey => ({
  ...key.export({ format: 'jwk' }),
  ...more,
});
const publicHalf = (key: KeyObject): KeyObject => createPublicKey(key);

/** What each key of a file is for. */
const kindsIn = (text: string): string[] =>
  keysIn(text).map((key) => `${key.algorithm} ${isSigningKey(key) ? 'signs' : 'verifies'}`);

it.each([
  ['a private key as PEM', pem(EC), ['ES256 signs']],
  ['a public key as PEM', pem(publicHalf(EC)), ['ES256 verifies']],
  ['a public key for RSA-PSS as PEM', pem(publicHalf(PSS)), ['PS256 verifies']],
  ['a private JWK', JSON.stringify(jwk(ED)), ['EdDSA signs']],
  ['a public JWK', JSON.stringify(jwk(publicHalf(ED))), ['EdDSA verifies']],
  ['a JWK that says how it signs', JSON.stringify(jwk(RSA, { alg: 'PS256' })), ['PS256 signs']],
  ['a JWK with the newer name', JSON.stringify(jwk(ED, { alg: 'Ed25519' })), ['EdDSA signs']],
  [
    'a JWKS in its order',
    JSON.stringify({ keys: [jwk(ED, { kid: 'mine', use: 'sig' }), jwk(RSA), jwk(publicHalf(EC))] }),
    ['EdDSA signs', 'RS256 signs', 'ES256 verifies'],
  ],
])('a file may hold %s', (_what, text, kinds) => {
  expect(kindsIn(text)).toEqual(kinds);
  expect(kindsIn(`\n  ${text}\n`)).toEqual(kinds);
});

it('a key has the same name in every form, whatever a JWK calls it', () => {
  const forms = [pem(EC), pem(publicHalf(EC)), JSON.stringify(jwk(EC, { kid: 'mine' }))];
  const names = forms.flatMap((text) => keysIn(text)).map(({ kid }) => kid);
  expect(new Set(names).size).toBe(1);
  expect(names).not.toContain('mine');
});

it.each([
  ['nothing', ''],
  ['no JSON', '{ "kty": "EC"'],
  ['an empty JWKS', '{"keys":[]}'],
  ['a secret as a JWK', JSON.stringify({ kty: 'oct', k: 'A'.repeat(43) })],
  ['a key for encryption', JSON.stringify(jwk(RSA, { use: 'enc' }))],
  ['a key of another algorithm', JSON.stringify(jwk(RSA, { alg: 'RS512' }))],
  ["a key with another's algorithm", JSON.stringify(jwk(EC, { alg: 'RS256' }))],
  ['a key that is cut off', JSON.stringify({ ...jwk(EC), x: undefined })],
  [
    'a key on another curve',
    JSON.stringify(jwk(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey)),
  ],
  [
    'one key of use and one of none',
    JSON.stringify({ keys: [jwk(EC), jwk(RSA, { alg: 'HS256' })] }),
  ],
])('a file with %s is refused, without a word of it', (_what, text) => {
  expect(() => keysIn(text)).toThrow(UnusableKeyError);
  expect(() => keysIn(text)).toThrow(/^takes [\w ,.-]+$/);
});
