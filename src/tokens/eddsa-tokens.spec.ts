import {
  type KeyObject,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
} from 'node:crypto';
import { SignJWT, jwtVerify } from 'jose';
import * as v from 'valibot';
import { type Signer, handMadeJwt, hmacWith, readJwt } from '../../test/host/hand-made-jwt.js';
import { NOW_SECONDS, PLACE } from '../../test/host/token-place.js';
import { InvalidTokenError, TokenExpiredError } from '../errors.js';
import { KeyRing } from '../keys/key-ring.js';
import { privateKey, publicKey } from '../keys/signing-key.js';
import { settingsSchema } from '../options.js';
import { AccessTokenCodec } from './access-token-codec.js';

const PKCS8 = { type: 'pkcs8', format: 'pem' } as const;
const ED = privateKey(generateKeyPairSync('ed25519').privateKey.export(PKCS8).toString());
const OTHER_ED = privateKey(generateKeyPairSync('ed25519').privateKey.export(PKCS8).toString());
const RSA = privateKey(
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(PKCS8).toString(),
);

const codecAt = (seconds: number, ring = new KeyRing(ED, [RSA])) =>
  new AccessTokenCodec(v.parse(settingsSchema, {}), ring, { nowMs: () => seconds * 1000 });
const TOKENS = codecAt(NOW_SECONDS);
const TOKEN = TOKENS.issue(PLACE, { role: 'admin' }).token;
const { header: HEADER, claims: CLAIMS } = readJwt(TOKEN);
const SPKI = ED.verifyWith.export({ type: 'spki', format: 'pem' }).toString();

const ed25519 =
  (key: KeyObject): Signer =>
  (signed) =>
    sign(null, Buffer.from(signed), key);

/** Another implementation of RFC 8037, which knows nothing of ours. */
describe('jose', () => {
  it('verifies what we have signed', async () => {
    const { payload, protectedHeader } = await jwtVerify(TOKEN, ED.verifyWith, {
      algorithms: ['EdDSA'],
      issuer: 'nestjs-baton',
      audience: 'nestjs-baton',
      typ: 'at+jwt',
      currentDate: new Date(NOW_SECONDS * 1000),
    });
    expect(protectedHeader).toEqual({ alg: 'EdDSA', typ: 'at+jwt', kid: ED.kid });
    expect(payload).toMatchObject({ sub: 'ann', gen: 3, role: 'admin' });
  });

  it('signs what we verify', async () => {
    const token = await new SignJWT({ ...CLAIMS })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: ED.kid })
      .sign(ED.signWith);
    expect(TOKENS.verify(token).sub).toBe('ann');
  });
});

it('the key of RFC 8037 appendix A.3 has the name that stands there', () => {
  const key = createPrivateKey({
    key: {
      kty: 'OKP',
      crv: 'Ed25519',
      d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
      x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
    },
    format: 'jwk',
  });
  const { kid } = publicKey(
    createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString(),
  );
  expect(kid).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
});

describe('a token of an Ed25519 key is refused', () => {
  it.each([
    ['under alg none', { ...HEADER, alg: 'none' }, () => Buffer.alloc(0)],
    ['without a signature', HEADER, () => Buffer.alloc(0)],
    ['with half a signature', HEADER, (text: string) => ed25519(ED.signWith)(text).subarray(0, 32)],
    ['signed by another such key', HEADER, ed25519(OTHER_ED.signWith)],
    [
      'signed by the RSA key beside it',
      HEADER,
      (text: string) => sign('sha256', Buffer.from(text), RSA.signWith),
    ],
    ['with the public key as a secret', { ...HEADER, alg: 'HS256' }, hmacWith(SPKI)],
    ['with the public key as a secret, under its own name', HEADER, hmacWith(SPKI)],
    [
      'under the newer name, which we do not issue',
      { ...HEADER, alg: 'Ed25519' },
      ed25519(ED.signWith),
    ],
    ['as the RSA key', { ...HEADER, alg: 'RS256', kid: RSA.kid }, ed25519(ED.signWith)],
    ['with the name of the RSA key', { ...HEADER, kid: RSA.kid }, ed25519(ED.signWith)],
    ['with an unknown name', { ...HEADER, kid: OTHER_ED.kid }, ed25519(OTHER_ED.signWith)],
    ['as a refresh token', { ...HEADER, typ: 'rt+jwt' }, ed25519(ED.signWith)],
  ])('%s', (_what, header, signer) => {
    expect(() => TOKENS.verify(handMadeJwt(header, CLAIMS, signer))).toThrow(InvalidTokenError);
  });

  it.each([
    ['for another audience', { ...CLAIMS, aud: 'another' }],
    ['by another issuer', { ...CLAIMS, iss: 'another' }],
    ['without a session', { ...CLAIMS, sid: undefined }],
    ['that are a list', []],
  ])('with claims %s', (_what, claims) => {
    const token = handMadeJwt(HEADER, claims, ed25519(ED.signWith));
    expect(() => TOKENS.verify(token)).toThrow(InvalidTokenError);
  });

  it('once it has expired', () => {
    expect(() => codecAt(NOW_SECONDS + 900).verify(TOKEN)).toThrow(TokenExpiredError);
  });

  it.each([0, 1, 2])('in another spelling of its part %s', (part) => {
    const parts = TOKEN.split('.');
    const respelt = parts.with(part, `${parts[part]}=`).join('.');
    expect(() => TOKENS.verify(respelt)).toThrow(InvalidTokenError);
  });
});

it('a key that is public alone verifies, and signs nothing', () => {
  const { signWith: _private, ...publicHalf } = ED;
  const tokens = codecAt(NOW_SECONDS, new KeyRing(RSA, [publicHalf]));
  expect(tokens.verify(TOKEN).sub).toBe('ann');
  expect(readJwt(tokens.issue(PLACE, {}).token).header['alg']).toBe('RS256');
});

it('a library is not told of an algorithm that it does not know', () => {
  expect(TOKENS.verification.algorithms).toEqual(['RS256']);
  expect(TOKENS.isBeyondLibraries(TOKEN)).toBe(true);
  const byRsa = codecAt(NOW_SECONDS, new KeyRing(RSA)).issue(PLACE, {}).token;
  expect(TOKENS.isBeyondLibraries(byRsa)).toBe(false);
  expect(TOKENS.isBeyondLibraries('nonsense')).toBe(false);
});
