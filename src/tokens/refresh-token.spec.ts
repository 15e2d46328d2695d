import * as v from 'valibot';
import { readJwt } from '../../test/host/hand-made-jwt.js';
import { InvalidTokenError } from '../errors.js';
import { KeyRing } from '../keys/key-ring.js';
import { secretKey } from '../keys/signing-key.js';
import { type Settings, settingsSchema } from '../options.js';
import { AccessTokens } from './access-token.js';
import { RefreshTokens, hashOf } from './refresh-token.js';

const NOW = 1_767_225_600_999;
const NOW_SECONDS = 1_767_225_600;
const CLOCK = { nowMs: () => NOW };
const KEY = secretKey('the refresh secret, 32 bytes or more');
const OLD_KEY = secretKey('the refresh secret of last year, 32+');

const SUBJECT = {
  userId: 'ann',
  sessionId: '0192f0c1-0000-7000-8000-000000000000',
  generation: 3,
  sessionEndsAt: NOW_SECONDS + 2_592_000,
};

const settings = (given: Partial<Settings> = {}) => v.parse(settingsSchema, given);
const tokensWith = (keys: KeyRing, given: Partial<Settings> = {}) =>
  new RefreshTokens(settings(given), keys, CLOCK);
const TOKENS = tokensWith(new KeyRing(KEY));

describe('a new refresh token', () => {
  it('says in its header what it is and which key signed it', () => {
    const { header } = readJwt(TOKENS.issue(SUBJECT).token);
    expect(header).toEqual({ alg: 'HS256', typ: 'rt+jwt', kid: KEY.kid });
  });

  it('claims what the contract says, and nothing else but the end of its session', () => {
    expect(readJwt(TOKENS.issue(SUBJECT).token).claims).toEqual({
      iss: 'nestjs-baton',
      aud: 'nestjs-baton',
      sub: 'ann',
      sid: SUBJECT.sessionId,
      gen: 3,
      jti: expect.stringMatching(/^[\w-]{22}$/),
      iat: NOW_SECONDS,
      exp: NOW_SECONDS + 604_800,
      session_exp: NOW_SECONDS + 2_592_000,
    });
  });

  it('never reaches past the end of its session', () => {
    const { seed } = TOKENS.issue({ ...SUBJECT, sessionEndsAt: NOW_SECONDS + 60 });
    expect(seed.exp).toBe(NOW_SECONDS + 60);
    expect(TOKENS.expiresInSeconds(seed.exp)).toBe(60);
  });

  it('lives as long as it is told to', () => {
    const { seed } = tokensWith(new KeyRing(KEY), { refreshTtl: 90 }).issue(SUBJECT);
    expect(seed.exp).toBe(NOW_SECONDS + 90);
  });

  it('is another one each time', () => {
    expect(TOKENS.issue(SUBJECT).token).not.toBe(TOKENS.issue(SUBJECT).token);
  });
});

describe('a token written again', () => {
  it('is the same, byte for byte', () => {
    const { token, seed } = TOKENS.issue(SUBJECT);
    expect(TOKENS.write(SUBJECT, seed).token).toBe(token);
  });

  it('is the same after the signing key has changed', () => {
    const { token, seed } = tokensWith(new KeyRing(OLD_KEY)).issue(SUBJECT);
    expect(tokensWith(new KeyRing(KEY, [OLD_KEY])).write(SUBJECT, seed).token).toBe(token);
  });

  it('cannot be had from the signing key alone', () => {
    const { token, seed } = TOKENS.issue(SUBJECT);
    const jti = 'AAAAAAAAAAAAAAAAAAAAAA';
    expect(TOKENS.write(SUBJECT, { ...seed, jti }).token).not.toBe(token);
  });
});

describe('a refresh token of elsewhere', () => {
  it.each([
    ['another audience', { audience: 'another-application' }],
    ['another issuer', { issuer: 'another-issuer' }],
  ])('is refused: %s under the same key', (_what, given) => {
    const { token } = tokensWith(new KeyRing(KEY), given).issue(SUBJECT);
    expect(() => TOKENS.verify(token)).toThrow(InvalidTokenError);
  });

  it('is accepted while its key is a previous one, and refused from then on', () => {
    const { token } = tokensWith(new KeyRing(OLD_KEY)).issue(SUBJECT);
    expect(tokensWith(new KeyRing(KEY, [OLD_KEY])).verify(token).sub).toBe('ann');
    expect(() => TOKENS.verify(token)).toThrow(InvalidTokenError);
  });

  it('is refused when it is an access token, even under the same key', () => {
    const { token } = new AccessTokens(settings(), new KeyRing(KEY), CLOCK).issue(SUBJECT, {
      session_exp: SUBJECT.sessionEndsAt,
    });
    expect(() => TOKENS.verify(token)).toThrow(InvalidTokenError);
  });
});

it('knows a token by its SHA-256 in base64url', () => {
  expect(hashOf('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
});
