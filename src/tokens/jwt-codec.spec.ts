import { type KeyObject, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import * as fc from 'fast-check';
import * as v from 'valibot';
import { handMadeJwt, hmacWith, readJwt } from '../../test/host/hand-made-jwt.js';
import { NOW_SECONDS, PLACE } from '../../test/host/token-place.js';
import { InvalidTokenError, TokenExpiredError } from '../errors.js';
import { KeyRing } from '../keys/key-ring.js';
import { privateKey, secretKey } from '../keys/signing-key.js';
import { settingsSchema } from '../options.js';
import { AccessTokenCodec } from './access-token-codec.js';
import { RefreshTokenCodec } from './refresh-token-codec.js';

const NOW = 1_767_225_600_000;
const CLOCK = { nowMs: () => NOW };
const SETTINGS = v.parse(settingsSchema, {});
const SECRET = 'the refresh secret, 32 bytes or more';
const KEY = secretKey(SECRET);
const TOKENS = new RefreshTokenCodec(SETTINGS, new KeyRing(KEY), CLOCK);

const { token: TOKEN } = TOKENS.issue(PLACE);
const { header: HEADER, claims: CLAIMS } = readJwt(TOKEN);

const RSA_PEM = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();
const RSA_SPKI = createPublicKey(RSA_PEM).export({ type: 'spki', format: 'pem' }).toString();
const RSA_KEY = privateKey(RSA_PEM);
const RSA_TOKENS = new AccessTokenCodec(SETTINGS, new KeyRing(RSA_KEY), CLOCK);
const RSA_TOKEN = RSA_TOKENS.issue(PLACE, {}).token;

const without = (part: object, name: string): object =>
  Object.fromEntries(Object.entries(part).filter(([key]) => key !== name));
const rsaSigned = (key: KeyObject, digest: string) => (signed: string) =>
  sign(digest, Buffer.from(signed), key);

it('accepts a token written by hand with the right header, claims and key', () => {
  const token = handMadeJwt(HEADER, CLAIMS, hmacWith(SECRET));
  expect(token).toBe(TOKEN);
  expect(TOKENS.verify(token)).toMatchObject({ sub: 'ann', gen: 3 });
});

describe('a header signed with the right key is refused', () => {
  it.each([
    ['with the typ of an access token', { ...HEADER, typ: 'at+jwt' }],
    ['with the typ JWT', { ...HEADER, typ: 'JWT' }],
    ['with its typ in capitals', { ...HEADER, typ: 'RT+JWT' }],
    ['without typ', without(HEADER, 'typ')],
    ['without kid', without(HEADER, 'kid')],
    ['with an unknown kid', { ...HEADER, kid: 'unknown' }],
    ['with an empty kid', { ...HEADER, kid: '' }],
    ['with a kid that every object has', { ...HEADER, kid: '__proto__' }],
    ['with a number for kid', { ...HEADER, kid: 1 }],
    ['without alg', without(HEADER, 'alg')],
    ['with alg none', { ...HEADER, alg: 'none' }],
    ['with alg in small letters', { ...HEADER, alg: 'hs256' }],
    ['with another alg', { ...HEADER, alg: 'HS512' }],
    ['that is a list', []],
    ['that is null', null],
    ['that is no JSON', 'typ'],
  ])('%s', (_what, header) => {
    const token = handMadeJwt(header, CLAIMS, hmacWith(SECRET));
    expect(() => TOKENS.verify(token)).toThrow(InvalidTokenError);
  });
});

describe('a signature is refused', () => {
  it.each([
    ['by another secret', HEADER, hmacWith('another secret of 32 bytes or more')],
    ['by another digest', HEADER, hmacWith(SECRET, 'sha512')],
    [
      'by another digest that the header admits',
      { ...HEADER, alg: 'HS512' },
      hmacWith(SECRET, 'sha512'),
    ],
    ['that is empty', HEADER, () => Buffer.alloc(0)],
    ['that is empty under alg none', { ...HEADER, alg: 'none' }, () => Buffer.alloc(0)],
    ['by the name of the key', HEADER, hmacWith(KEY.kid)],
  ])('%s', (_what, header, signer) => {
    expect(() => TOKENS.verify(handMadeJwt(header, CLAIMS, signer))).toThrow(InvalidTokenError);
  });

  it.each([
    ['HS256 with the public key as the secret', 'HS256', hmacWith(RSA_SPKI)],
    ['HS256 with the public key in one line', 'HS256', hmacWith(RSA_SPKI.trim())],
    ['HS256 under the name of RS256', 'RS256', hmacWith(RSA_SPKI)],
    ['none', 'none', () => Buffer.alloc(0)],
    ['RS512 with the right key', 'RS512', rsaSigned(RSA_KEY.signWith, 'RSA-SHA512')],
    ['RS256 with the right key, as PS256', 'PS256', rsaSigned(RSA_KEY.signWith, 'RSA-SHA256')],
  ])('of %s, where a key pair signs with RS256', (_what, alg, signer) => {
    const { header, claims } = readJwt(RSA_TOKEN);
    const token = handMadeJwt({ ...header, alg }, claims, signer);
    expect(() => RSA_TOKENS.verify(token)).toThrow(InvalidTokenError);
    const renamed = handMadeJwt({ ...header, alg: 'HS256' }, claims, signer);
    expect(() => RSA_TOKENS.verify(renamed)).toThrow(InvalidTokenError);
  });

  it('is refused even by a ring that holds a secret beside the key pair', () => {
    const both = new AccessTokenCodec(SETTINGS, new KeyRing(RSA_KEY, [KEY]), CLOCK);
    const { header, claims } = readJwt(RSA_TOKEN);
    const swapped = handMadeJwt({ ...header, alg: 'HS256' }, claims, hmacWith(RSA_SPKI));
    const renamed = handMadeJwt({ ...header, kid: KEY.kid }, claims, hmacWith(RSA_SPKI));
    expect(both.verify(RSA_TOKEN).sub).toBe('ann');
    expect(() => both.verify(swapped)).toThrow(InvalidTokenError);
    expect(() => both.verify(renamed)).toThrow(InvalidTokenError);
  });
});

describe('claims signed with the right key are refused', () => {
  it.each([
    ['for another audience', { ...CLAIMS, aud: 'another-application' }],
    ['without an audience', without(CLAIMS, 'aud')],
    ['from another issuer', { ...CLAIMS, iss: 'another-issuer' }],
    ['without an issuer', without(CLAIMS, 'iss')],
    ['without sub', without(CLAIMS, 'sub')],
    ['without sid', without(CLAIMS, 'sid')],
    ['without gen', without(CLAIMS, 'gen')],
    ['without jti', without(CLAIMS, 'jti')],
    ['without iat', without(CLAIMS, 'iat')],
    ['without an end', without(CLAIMS, 'exp')],
    ["without the session's end", without(CLAIMS, 'session_exp')],
    ['with a generation below nought', { ...CLAIMS, gen: -1 }],
    ['with half a generation', { ...CLAIMS, gen: 0.5 }],
    ['with a generation in letters', { ...CLAIMS, gen: '3' }],
    ['with a number for the user', { ...CLAIMS, sub: 1 }],
    ['with text for the end', { ...CLAIMS, exp: String(CLAIMS['exp']) }],
    ['that are a list', []],
    ['that are a word', 'claims'],
  ])('%s', (_what, claims) => {
    const token = handMadeJwt(HEADER, claims, hmacWith(SECRET));
    expect(() => TOKENS.verify(token)).toThrow(InvalidTokenError);
    expect(() => TOKENS.verifyGenuine(token)).toThrow(InvalidTokenError);
  });
});

describe('text that is no token', () => {
  it.each(['', '.', '..', 'a.b', 'a.b.c', `${TOKEN}.`, `${TOKEN}.e30`, ` ${TOKEN}`, `${TOKEN}\n`])(
    'is refused: %j',
    (text) => {
      expect(() => TOKENS.verify(text)).toThrow(InvalidTokenError);
    },
  );

  it('is refused, and never anything worse', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(fc.base64String()).map((all) => all.join('.')),
        ),
        (text) => {
          expect(() => TOKENS.verify(text)).toThrow(InvalidTokenError);
        },
      ),
    );
  });
});

describe('a token that differs', () => {
  const CHARACTERS = Array.from(
    'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ ',
  );

  it('in any one character is refused', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: TOKEN.length - 1 }),
        fc.constantFrom(...CHARACTERS),
        (at, other) => {
          fc.pre(TOKEN[at] !== other);
          const changed = `${TOKEN.slice(0, at)}${other}${TOKEN.slice(at + 1)}`;
          expect(() => TOKENS.verify(changed)).toThrow(InvalidTokenError);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('by its length is refused', () => {
    fc.assert(
      fc.property(fc.nat({ max: TOKEN.length - 1 }), (length) => {
        expect(() => TOKENS.verify(TOKEN.slice(0, length))).toThrow(InvalidTokenError);
      }),
    );
  });
});

const at = (ms: number) => new RefreshTokenCodec(SETTINGS, new KeyRing(KEY), { nowMs: () => ms });

describe('nbf, which ours do not have', () => {
  it('lets a token in from then on', () => {
    const token = handMadeJwt(HEADER, { ...CLAIMS, nbf: NOW_SECONDS }, hmacWith(SECRET));
    expect(TOKENS.verify(token)).toMatchObject({ sub: 'ann' });
  });

  it.each([
    ['before then', NOW_SECONDS + 1],
    ['when it is no time', 'now'],
    ['when it is null', null],
  ])('refuses it %s', (_what, nbf) => {
    const token = handMadeJwt(HEADER, { ...CLAIMS, nbf }, hmacWith(SECRET));
    expect(() => TOKENS.verify(token)).toThrow(InvalidTokenError);
  });
});

describe('the end of a token', () => {
  const END = NOW + 604_800_000;

  it('is not reached a millisecond before exp', () => {
    expect(at(END - 1).verify(TOKEN).exp * 1000).toBe(END);
  });

  it.each([
    ['in the very millisecond', END],
    ['a millisecond later', END + 1],
    ['a year later', END + 31_536_000_000],
  ])('is reached without leeway: %s', (_what, ms) => {
    expect(() => at(ms).verify(TOKEN)).toThrow(TokenExpiredError);
  });

  it('does not matter where a genuine token is enough', () => {
    expect(at(END).verifyGenuine(TOKEN).gen).toBe(3);
  });

  it('is not looked for in a forged token: that is invalid, not expired', () => {
    const forged = handMadeJwt(HEADER, { ...CLAIMS, exp: 1 }, hmacWith(RSA_SPKI));
    expect(() => TOKENS.verify(forged)).toThrow(InvalidTokenError);
  });
});

it('never lets a message tell what was in the token', () => {
  const forged = handMadeJwt(HEADER, { ...CLAIMS, sub: 'mallory' }, hmacWith(RSA_SPKI));
  expect(() => TOKENS.verify(forged)).toThrow(/^Invalid refresh token$/);
});
