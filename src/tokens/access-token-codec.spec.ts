import { generateKeyPairSync } from 'node:crypto';
import * as fc from 'fast-check';
import * as v from 'valibot';
import { readJwt } from '../../test/host/hand-made-jwt.js';
import { NOW_SECONDS, PLACE } from '../../test/host/token-place.js';
import { InvalidTokenError, TokenExpiredError } from '../errors.js';
import { KeyRing } from '../keys/key-ring.js';
import { type RsaAlgorithm, privateKey, secretKey } from '../keys/signing-key.js';
import { type SessionOptions, settingsSchema } from '../options.js';
import { AccessTokenCodec } from './access-token-codec.js';
import { RefreshTokenCodec } from './refresh-token-codec.js';

const NOW = 1_767_225_600_999;
const PKCS8 = { type: 'pkcs8', format: 'pem' } as const;
const RSA_PEM = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export(PKCS8)
  .toString();
const EC_PEM = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  .privateKey.export(PKCS8)
  .toString();
const ED_PEM = generateKeyPairSync('ed25519').privateKey.export(PKCS8).toString();
const KEY = secretKey('the access secret, 32 bytes or more.');
const pair = (pem: string, rsa?: RsaAlgorithm) => privateKey(pem, rsa);

const tokensWith = (keys: KeyRing, given: SessionOptions = {}, nowMs = NOW) =>
  new AccessTokenCodec(v.parse(settingsSchema, given), keys, { nowMs: () => nowMs });
const TOKENS = tokensWith(new KeyRing(KEY));
const claimsFor = (clientId?: string) => readJwt(TOKENS.issue(PLACE, {}, clientId).token).claims;

describe('a new access token', () => {
  it.each([
    ['a secret', KEY, 'HS256'],
    ['an RSA key', pair(RSA_PEM), 'RS256'],
    ['an RSA key for PSS', pair(RSA_PEM, 'PS256'), 'PS256'],
    ['a P-256 key', pair(EC_PEM), 'ES256'],
    ['an Ed25519 key', pair(ED_PEM), 'EdDSA'],
  ])('names the key and the algorithm, and verifies: %s', (_what, key, alg) => {
    const tokens = tokensWith(new KeyRing(key));
    const { token } = tokens.issue(PLACE, {});
    expect(readJwt(token).header).toEqual({ alg, typ: 'at+jwt', kid: key.kid });
    expect(tokens.verify(token)).toMatchObject({ sub: 'ann', sid: PLACE.sessionId, gen: 3 });
  });

  it("claims what the contract says and the application's own", () => {
    const { token } = TOKENS.issue(PLACE, { roles: ['admin'] });
    expect(readJwt(token).claims).toEqual({
      iss: 'nestjs-baton',
      aud: 'nestjs-baton',
      sub: 'ann',
      sid: PLACE.sessionId,
      gen: 3,
      jti: expect.stringMatching(/^[\w-]{22}$/),
      iat: NOW_SECONDS,
      exp: NOW_SECONDS + 900,
      roles: ['admin'],
    });
    expect(TOKENS.verify(token)['roles']).toEqual(['admin']);
  });

  /** @see RFC 9068 sections 2.2 and 2.2.1 */
  it('names the client that asks, where there are some, and says when the user logged in', () => {
    expect(claimsFor('orders')).toMatchObject({ client_id: 'orders', auth_time: NOW_SECONDS });
    expect(claimsFor()).not.toHaveProperty('client_id');
    expect(claimsFor()).not.toHaveProperty('auth_time');
  });

  it('says the same of the login however often the session was refreshed since', () => {
    const later = tokensWith(new KeyRing(KEY), {}, NOW + 86_400_000);
    const { token } = later.issue({ ...PLACE, generation: 9 }, {}, 'orders');
    expect(readJwt(token).claims).toMatchObject({ auth_time: NOW_SECONDS, gen: 9 });
  });

  it('does not say when the user logged in where the session’s id does not tell', () => {
    const { token } = TOKENS.issue({ ...PLACE, sessionId: 'a-session-of-a-host' }, {}, 'orders');
    expect(readJwt(token).claims).not.toHaveProperty('auth_time');
  });

  it('says of both what the application says, where it does', () => {
    const own = { auth_time: 1, client_id: 'its-own' };
    expect(readJwt(TOKENS.issue(PLACE, own, 'orders').token).claims).toMatchObject(own);
  });

  it('lives for accessTtl', () => {
    expect(TOKENS.issue(PLACE, {}).expiresInSeconds).toBe(900);
  });

  it('never reaches past the end of its session', () => {
    const { token, expiresInSeconds } = TOKENS.issue(
      { ...PLACE, sessionEndsAtSeconds: NOW_SECONDS + 60 },
      {},
    );
    expect(expiresInSeconds).toBe(60);
    expect(readJwt(token).claims['exp']).toBe(NOW_SECONDS + 60);
  });

  it('never reaches past what a session may last, whatever it was told', () => {
    const tokens = tokensWith(new KeyRing(KEY), { accessTtl: 900, sessionTtl: 60 });
    expect(tokens.issue(PLACE, {}).expiresInSeconds).toBe(60);
  });

  it('carries whatever else the application claims, unchanged', () => {
    const reserved = { iss: 0, aud: 0, sub: 0, sid: 0, gen: 0, jti: 0, iat: 0, exp: 0, nbf: 0 };
    const own = fc.dictionary(
      fc.string().filter((name) => !(name in reserved)),
      fc.jsonValue({ maxDepth: 2, noUnicodeString: true }),
    );
    fc.assert(
      fc.property(own, (claims) => {
        const sent: unknown = JSON.parse(JSON.stringify(claims));
        expect(TOKENS.verify(TOKENS.issue(PLACE, claims).token)).toMatchObject(Object(sent));
      }),
    );
  });
});

describe('the end of an access token', () => {
  const END = (NOW_SECONDS + 900) * 1000;
  const { token } = TOKENS.issue(PLACE, {});

  it('comes without leeway', () => {
    expect(tokensWith(new KeyRing(KEY), {}, END - 1).verify(token).gen).toBe(3);
    expect(() => tokensWith(new KeyRing(KEY), {}, END).verify(token)).toThrow(TokenExpiredError);
  });

  it('is told in the words of the contract', () => {
    const late = tokensWith(new KeyRing(KEY), {}, END);
    expect(() => late.verify(token)).toThrow(/^Access token has expired$/);
  });
});

describe('an access token of elsewhere', () => {
  it.each([
    ['another audience', { audience: 'another-application' }],
    ['another issuer', { issuer: 'another-issuer' }],
  ])('is refused: %s under the same key', (_what, given) => {
    const { token } = tokensWith(new KeyRing(KEY), given).issue(PLACE, {});
    expect(() => TOKENS.verify(token)).toThrow(InvalidTokenError);
  });

  it('is refused when it is a refresh token, even under the same key', () => {
    const settings = v.parse(settingsSchema, {});
    const refreshTokens = new RefreshTokenCodec(settings, new KeyRing(KEY), { nowMs: () => NOW });
    const { token } = refreshTokens.issue(PLACE);
    expect(() => TOKENS.verify(token)).toThrow(/^Invalid access token$/);
  });

  it.each([
    ['a secret', KEY],
    ['an RSA key', pair(RSA_PEM)],
  ])('is accepted while its key is a previous one: %s', (_what, previous) => {
    const { token } = tokensWith(new KeyRing(previous)).issue(PLACE, {});
    const current = pair(EC_PEM);
    expect(tokensWith(new KeyRing(current, [previous])).verify(token).sub).toBe('ann');
    expect(() => tokensWith(new KeyRing(current)).verify(token)).toThrow(InvalidTokenError);
  });

  it('is refused when the same RSA key has signed in another way', () => {
    const { token } = tokensWith(new KeyRing(pair(RSA_PEM, 'PS256'))).issue(PLACE, {});
    expect(() => tokensWith(new KeyRing(pair(RSA_PEM))).verify(token)).toThrow(InvalidTokenError);
  });
});

/** @see issue 11 */
describe('an access token that claims more than it may', () => {
  const claims = { iss: 'nestjs-baton', aud: 'nestjs-baton', sub: 'ann', gen: 0, jti: 'j' };
  const RING = new KeyRing(KEY);

  const iat = NOW_SECONDS;

  it.each([
    ['as long as its own lifetime', PLACE.sessionId, 600, {}, 600],
    ['no longer than the lifetime now configured', PLACE.sessionId, 86_400, {}, 900],
    ['no longer than its session, by the id', PLACE.sessionId, 800, { sessionTtl: 60 }, 60],
    ['by an older id', '019b76d9-bda0-7000-8000-000000000000', 800, { sessionTtl: 90 }, 30],
    ['by an id in capitals', PLACE.sessionId.toUpperCase(), 800, { sessionTtl: 60 }, 60],
    [
      'by iat where the id is of the future',
      'ffffffff-ffff-7fff-bfff-ffffffffffff',
      800,
      { sessionTtl: 60 },
      60,
    ],
    [
      'by iat where the id tells no time',
      '9b2c9b0e-6c0f-4c5e-9d4e-1f1f1f1f1f1f',
      800,
      { sessionTtl: 60 },
      60,
    ],
    ['by iat where the id is no UUID', 's', 800, { sessionTtl: 60 }, 60],
  ] as const)('lives %s', (_what, sid, lifetime, given, after) => {
    const token = TOKENS.sign({ ...claims, sid, iat, exp: iat + lifetime }, KEY.kid);
    const verify = (ms: number) => tokensWith(RING, given, ms).verify(token);
    expect(verify((iat + after) * 1000 - 1).sub).toBe('ann');
    expect(() => verify((iat + after) * 1000)).toThrow(TokenExpiredError);
  });
});
