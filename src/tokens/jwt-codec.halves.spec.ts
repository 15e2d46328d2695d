import { generateKeyPairSync } from 'node:crypto';
import * as v from 'valibot';
import { type Signer, handMadeJwt, hmacWith, readJwt } from '../../test/host/hand-made-jwt.js';
import { NOW_SECONDS, PLACE } from '../../test/host/token-place.js';
import { InvalidTokenError, TokenExpiredError } from '../errors.js';
import { KeyRing } from '../keys/key-ring.js';
import { privateKey, secretKey } from '../keys/signing-key.js';
import { type SessionOptions, settingsSchema } from '../options.js';
import { AccessTokenCodec } from './access-token-codec.js';
import { RefreshTokenCodec } from './refresh-token-codec.js';

const SECRET = 'the access secret, 32 bytes or more.';
const KEY = secretKey(SECRET);
const RSA_KEY = privateKey(
  generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString(),
);
const RING = new KeyRing(RSA_KEY, [KEY]);

const settingsOf = (given: SessionOptions = {}) => v.parse(settingsSchema, given);
const codecAt = (seconds: number, keys = RING) =>
  new AccessTokenCodec(settingsOf(), keys, { nowMs: () => seconds * 1000 });

const CODEC = codecAt(NOW_SECONDS);
const TOKEN = codecAt(NOW_SECONDS, new KeyRing(KEY)).issue(PLACE, {}).token;
const { header: HEADER, claims: CLAIMS } = readJwt(TOKEN);
const [, PAYLOAD = '', SIGNATURE = ''] = TOKEN.split('.');

const withHeader = (header: object, sign: Signer = hmacWith(SECRET)) =>
  handMadeJwt(header, CLAIMS, sign);

/** A library that verifies signatures is told the key by one half, and hands what was signed to the other. */
describe('the key of a token', () => {
  it('is the one that its header names, whichever of ours that is', () => {
    expect(CODEC.keyOf(TOKEN)).toBe(KEY);
    expect(CODEC.keyOf(CODEC.issue(PLACE, {}).token)).toBe(RSA_KEY);
  });

  it.each([
    ['in another order', { kid: KEY.kid, typ: 'at+jwt', alg: 'HS256' }],
    ['with more fields than ours has', { ...HEADER, cty: 'JWT' }],
  ])('is found in a header %s', (_what, header) => {
    expect(CODEC.keyOf(withHeader(header))).toBe(KEY);
    expect(CODEC.verify(withHeader(header)).sub).toBe('ann');
  });

  it.each([
    ['another type', { ...HEADER, typ: 'rt+jwt' }],
    ["another key's algorithm", { ...HEADER, alg: 'RS256' }],
    ["another key's name", { ...HEADER, kid: RSA_KEY.kid }],
    ['an extension that has to be understood', { ...HEADER, crit: ['b64'], b64: true }],
    ['an unknown key, and no algorithm', { typ: 'at+jwt', kid: 'unknown' }],
    ['no key, and no algorithm', { typ: 'at+jwt' }],
  ])('is not told for a header with %s', (_what, header) => {
    expect(() => CODEC.keyOf(withHeader(header))).toThrow(InvalidTokenError);
  });

  it.each([
    ['payload', [TOKEN.split('.')[0], `${PAYLOAD}=`, SIGNATURE]],
    ['signature', [TOKEN.split('.')[0], PAYLOAD, `${SIGNATURE}=`]],
  ])('is not told for another spelling of the %s', (_what, parts) => {
    expect(() => CODEC.keyOf(parts.join('.'))).toThrow(InvalidTokenError);
  });
});

describe('the claims that somebody else has found signed', () => {
  it('are those of a token of ours', () => {
    expect(CODEC.claimsOf(CLAIMS)).toEqual(CLAIMS);
  });

  it.each([
    ['from another issuer', { ...CLAIMS, iss: 'another' }],
    ['for another audience', { ...CLAIMS, aud: 'another' }],
    ['for a list of audiences', { ...CLAIMS, aud: ['nestjs-baton'] }],
    ['that hold later only', { ...CLAIMS, nbf: NOW_SECONDS + 1 }],
    ['without a session', { ...CLAIMS, sid: undefined }],
    ['that are none', undefined],
  ])('are refused %s', (_what, payload) => {
    expect(() => CODEC.claimsOf(payload)).toThrow(InvalidTokenError);
  });

  it('are refused once they have expired', () => {
    expect(() => codecAt(NOW_SECONDS + 900).claimsOf(CLAIMS)).toThrow(TokenExpiredError);
  });
});

it('a library is told every algorithm of ours, and to leave the time to us', () => {
  expect(CODEC.verification).toEqual({
    algorithms: ['RS256', 'HS256'],
    issuer: 'nestjs-baton',
    audience: 'nestjs-baton',
    ignoreExpiration: true,
    ignoreNotBefore: true,
  });
});

it("the time is the injected clock's, where the machine is years behind", () => {
  const IN_2100 = 4_102_444_800;
  const codec = codecAt(IN_2100, new KeyRing(KEY));
  const claims = { ...CLAIMS, sid: 's', nbf: IN_2100, iat: IN_2100, exp: IN_2100 + 1 };
  const token = handMadeJwt(HEADER, claims, hmacWith(SECRET));
  expect(codec.verify(token).sub).toBe('ann');
});

it('nothing is signed with a key that is not, or no longer, ours', () => {
  const tokens = new RefreshTokenCodec(settingsOf(), new KeyRing(KEY), {
    nowMs: () => NOW_SECONDS * 1000,
  });
  const { place, stamp } = tokens.issue(PLACE);
  expect(() => tokens.write(place, { ...stamp, kid: 'retired' })).toThrow(InvalidTokenError);
});

const accepted = (given: SessionOptions, keys: KeyRing) =>
  new AccessTokenCodec(settingsOf(given), keys, { nowMs: () => 0 }).accepts;

describe('two codecs accept the same tokens', () => {
  it('with the same settings and keys', () => {
    expect(accepted({}, new KeyRing(KEY))).toBe(accepted({ accessTtl: 60 }, new KeyRing(KEY)));
  });

  it.each([
    ['another issuer', { issuer: 'another' }, new KeyRing(KEY)],
    ['another audience', { audience: 'another' }, new KeyRing(KEY)],
    ['another key', {}, new KeyRing(RSA_KEY)],
    ['one key more', {}, new KeyRing(KEY, [RSA_KEY])],
  ] as const)('but not with %s', (_what, given, keys) => {
    expect(accepted(given, keys)).not.toBe(accepted({}, new KeyRing(KEY)));
  });

  it('but not tokens of another kind', () => {
    const refresh = new RefreshTokenCodec(settingsOf(), new KeyRing(KEY), { nowMs: () => 0 });
    expect(refresh.accepts).not.toBe(accepted({}, new KeyRing(KEY)));
  });
});
