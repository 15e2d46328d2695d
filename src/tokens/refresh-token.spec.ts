import * as v from 'valibot';
import { readJwt } from '../../test/host/hand-made-jwt.js';
import { InvalidTokenError, TokenExpiredError } from '../errors.js';
import { KeyRing } from '../keys/key-ring.js';
import { secretKey } from '../keys/signing-key.js';
import { type Settings, settingsSchema } from '../options.js';
import { AccessTokens } from './access-token.js';
import { RefreshTokens } from './refresh-token.js';
import { hashOf } from './token-hash.js';

const NOW = 1_767_225_600_999;
const NOW_SECONDS = 1_767_225_600;
const CLOCK = { nowMs: () => NOW };
const KEY = secretKey('the refresh secret, 32 bytes or more');
const OLD_KEY = secretKey('the refresh secret of last year, 32+');

const SUBJECT = {
  userId: 'ann',
  /** Opened just now, as its first 48 bits say. */
  sessionId: '019b76da-a800-7000-8000-000000000000',
  generation: 3,
  sessionEndsAt: NOW_SECONDS + 2_592_000,
};

const settings = (given: Partial<Settings> = {}) => v.parse(settingsSchema, given);
const tokensWith = (keys: KeyRing, given: Partial<Settings> = {}, clock = CLOCK) =>
  new RefreshTokens(settings(given), keys, clock);
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
    const issued = TOKENS.issue({ ...SUBJECT, sessionEndsAt: NOW_SECONDS + 60 });
    expect(issued.seed.exp).toBe(NOW_SECONDS + 60);
    expect(TOKENS.expiresInSeconds(issued)).toBe(60);
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

/** @see issue 11 */
describe('a refresh token of longer lifetimes', () => {
  const issued = TOKENS.issue(SUBJECT);
  const verifiedAfter = (seconds: number, given: Partial<Settings>, token = issued.token) =>
    tokensWith(new KeyRing(KEY), given, { nowMs: () => (NOW_SECONDS + seconds) * 1000 }).verify(
      token,
    );

  it('lives no longer than the lifetime now configured', () => {
    expect(verifiedAfter(59, { refreshTtl: 60 }).sub).toBe('ann');
    expect(() => verifiedAfter(60, { refreshTtl: 60 })).toThrow(TokenExpiredError);
  });

  it('lives no longer than its session, whatever exp says', () => {
    const subject = { ...SUBJECT, sessionEndsAt: NOW_SECONDS + 60 };
    const { token } = TOKENS.write(subject, { ...issued.seed, exp: NOW_SECONDS + 6000 });
    expect(verifiedAfter(59, {}, token).sub).toBe('ann');
    expect(() => verifiedAfter(60, {}, token)).toThrow(TokenExpiredError);
  });

  it.each([{ refreshTtl: 60 }, { sessionTtl: 60 }])(
    'tells how long it still lives: %j',
    (given) => {
      expect(tokensWith(new KeyRing(KEY), given).expiresInSeconds(issued)).toBe(60);
    },
  );
});
