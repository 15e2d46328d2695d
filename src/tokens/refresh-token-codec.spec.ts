import * as v from 'valibot';
import { readJwt } from '../../test/host/hand-made-jwt.js';
import { NOW_SECONDS, PLACE } from '../../test/host/token-place.js';
import { InvalidTokenError, TokenExpiredError } from '../errors.js';
import { KeyRing } from '../keys/key-ring.js';
import { secretKey } from '../keys/signing-key.js';
import { type SessionOptions, settingsSchema } from '../options.js';
import { AccessTokenCodec } from './access-token-codec.js';
import { RefreshTokenCodec } from './refresh-token-codec.js';
import { hashOf } from './token-hash.js';

const NOW = 1_767_225_600_999;
const CLOCK = { nowMs: () => NOW };
const KEY = secretKey('the refresh secret, 32 bytes or more');
const OLD_KEY = secretKey('the refresh secret of last year, 32+');

const settings = (given: SessionOptions = {}) => v.parse(settingsSchema, given);
const tokensWith = (keys: KeyRing, given: SessionOptions = {}, clock = CLOCK) =>
  new RefreshTokenCodec(settings(given), keys, clock);
const TOKENS = tokensWith(new KeyRing(KEY));

describe('a new refresh token', () => {
  it('says in its header what it is and which key signed it', () => {
    const { header } = readJwt(TOKENS.issue(PLACE).token);
    expect(header).toEqual({ alg: 'HS256', typ: 'rt+jwt', kid: KEY.kid });
  });

  it('claims what the contract says, and nothing else but the end of its session', () => {
    expect(readJwt(TOKENS.issue(PLACE).token).claims).toEqual({
      iss: 'nestjs-baton',
      aud: 'nestjs-baton',
      sub: 'ann',
      sid: PLACE.sessionId,
      gen: 3,
      jti: expect.stringMatching(/^[\w-]{22}$/),
      iat: NOW_SECONDS,
      exp: NOW_SECONDS + 604_800,
      session_exp: NOW_SECONDS + 2_592_000,
    });
  });

  it('never reaches past the end of its session', () => {
    const issued = TOKENS.issue({ ...PLACE, sessionEndsAtSeconds: NOW_SECONDS + 60 });
    expect(issued.stamp.exp).toBe(NOW_SECONDS + 60);
    expect(TOKENS.expiresInSeconds(issued)).toBe(60);
  });

  it('lives as long as it is told to', () => {
    const { stamp } = tokensWith(new KeyRing(KEY), { refreshTtl: 90 }).issue(PLACE);
    expect(stamp.exp).toBe(NOW_SECONDS + 90);
  });

  it('is another one each time', () => {
    expect(TOKENS.issue(PLACE).token).not.toBe(TOKENS.issue(PLACE).token);
  });

  /** @see issue 16 */
  it('says of itself with 128 random bits which token it is', () => {
    const ids = Array.from({ length: 1000 }, () => TOKENS.issue(PLACE).stamp.jti);
    expect(new Set(ids).size).toBe(1000);
    const bytes = ids.map((id) => Buffer.from(id, 'base64url'));
    for (let place = 0; place < 16; place += 1) {
      const values = new Set(bytes.map((id) => id[place]));
      expect(values.size).toBeGreaterThan(200);
    }
    expect(bytes.every(({ length }) => length === 16)).toBe(true);
  });
});

describe('a token written again', () => {
  it('is the same, byte for byte', () => {
    const { token, stamp } = TOKENS.issue(PLACE);
    expect(TOKENS.write(PLACE, stamp).token).toBe(token);
  });

  it('is the same after the signing key has changed', () => {
    const { token, stamp } = tokensWith(new KeyRing(OLD_KEY)).issue(PLACE);
    expect(tokensWith(new KeyRing(KEY, [OLD_KEY])).write(PLACE, stamp).token).toBe(token);
  });

  it('cannot be had from the signing key alone', () => {
    const { token, stamp } = TOKENS.issue(PLACE);
    const jti = 'AAAAAAAAAAAAAAAAAAAAAA';
    expect(TOKENS.write(PLACE, { ...stamp, jti }).token).not.toBe(token);
  });
});

describe('a refresh token of elsewhere', () => {
  it.each([
    ['another audience', { audience: 'another-application' }],
    ['another issuer', { issuer: 'another-issuer' }],
  ])('is refused: %s under the same key', (_what, given) => {
    const { token } = tokensWith(new KeyRing(KEY), given).issue(PLACE);
    expect(() => TOKENS.verify(token)).toThrow(InvalidTokenError);
  });

  it('is accepted while its key is a previous one, and refused from then on', () => {
    const { token } = tokensWith(new KeyRing(OLD_KEY)).issue(PLACE);
    expect(tokensWith(new KeyRing(KEY, [OLD_KEY])).verify(token).sub).toBe('ann');
    expect(() => TOKENS.verify(token)).toThrow(InvalidTokenError);
  });

  it('is refused when it is an access token, even under the same key', () => {
    const { token } = new AccessTokenCodec(settings(), new KeyRing(KEY), CLOCK).issue(PLACE, {
      session_exp: PLACE.sessionEndsAtSeconds,
    });
    expect(() => TOKENS.verify(token)).toThrow(InvalidTokenError);
  });
});

it('knows a token by its SHA-256 in base64url', () => {
  expect(hashOf('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
});

/** @see issue 11 */
describe('a refresh token of longer lifetimes', () => {
  const issued = TOKENS.issue(PLACE);
  const verifiedAfter = (seconds: number, given: SessionOptions, token = issued.token) =>
    tokensWith(new KeyRing(KEY), given, { nowMs: () => (NOW_SECONDS + seconds) * 1000 }).verify(
      token,
    );

  it('lives no longer than the lifetime now configured', () => {
    expect(verifiedAfter(59, { refreshTtl: 60 }).sub).toBe('ann');
    expect(() => verifiedAfter(60, { refreshTtl: 60 })).toThrow(TokenExpiredError);
  });

  it('lives no longer than its session, whatever exp says', () => {
    const place = { ...PLACE, sessionEndsAtSeconds: NOW_SECONDS + 60 };
    const { token } = TOKENS.write(place, { ...issued.stamp, exp: NOW_SECONDS + 6000 });
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
