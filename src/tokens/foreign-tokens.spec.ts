import { generateKeyPairSync } from 'node:crypto';
import jsonwebtoken from 'jsonwebtoken';
import * as v from 'valibot';
import { InvalidTokenError } from '../errors.js';
import { KeyRing } from '../keys/key-ring.js';
import { privateKey, secretKey } from '../keys/signing-key.js';
import { settingsSchema } from '../options.js';
import { AccessTokenCodec } from './access-token-codec.js';

const NOW_SECONDS = 1_767_225_600;
const PLACE = {
  userId: 'ann',
  sessionId: 's',
  generation: 3,
  sessionEndsAtSeconds: 1_769_817_600,
  jkt: null,
};

const pemOf = (pair: ReturnType<typeof generateKeyPairSync>): string =>
  pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const RSA = pemOf(generateKeyPairSync('rsa', { modulusLength: 2048 }));
const EC = pemOf(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }));

const KEYS = [
  ['HS256', secretKey('the access secret, 32 bytes or more.')],
  ['RS256', privateKey(RSA)],
  ['PS256', privateKey(RSA, 'PS256')],
  ['ES256', privateKey(EC)],
] as const;

/** Another implementation of the same RFCs, which knows nothing of ours. */
describe.each(KEYS)('with %s, jsonwebtoken', (algorithm, key) => {
  const tokens = new AccessTokenCodec(v.parse(settingsSchema, {}), new KeyRing(key), {
    nowMs: () => NOW_SECONDS * 1000,
  });

  it('verifies what we have signed', () => {
    const { token } = tokens.issue(PLACE, { role: 'admin' });
    const verified = jsonwebtoken.verify(token, key.verifyWith, {
      algorithms: [algorithm],
      issuer: 'nestjs-baton',
      audience: 'nestjs-baton',
      clockTimestamp: NOW_SECONDS,
      complete: true,
    });
    expect(verified.header).toEqual({ alg: algorithm, typ: 'at+jwt', kid: key.kid });
    expect(verified.payload).toMatchObject({ sub: 'ann', sid: 's', gen: 3, role: 'admin' });
  });

  const signed = (payload: object, header: object) =>
    jsonwebtoken.sign(payload, key.signWith, {
      algorithm,
      header: { typ: 'at+jwt', alg: algorithm, kid: key.kid, ...header },
    });
  const claims = {
    sub: 'ann',
    sid: 's',
    gen: 3,
    jti: 'j',
    iss: 'nestjs-baton',
    aud: 'nestjs-baton',
    iat: NOW_SECONDS,
    exp: NOW_SECONDS + 1,
  };

  /** Half of its ECDSA signatures have a high `s`, which is not our form. */
  function ofOurForm(payload: object, header: object = {}): string {
    for (let tries = 0; tries < 50; tries += 1) {
      const token = signed(payload, header);
      try {
        tokens.verify(token);
        return token;
      } catch {
        if (algorithm !== 'ES256') return token;
      }
    }
    return signed(payload, header);
  }

  it('signs what we verify', () => {
    expect(tokens.verify(ofOurForm(claims)).sub).toBe('ann');
  });

  it.each([
    ['with another type', claims, { typ: 'JWT' }],
    ['with a critical extension that we do not know', claims, { crit: ['b64'], b64: true }],
    ['for a list of audiences', { ...claims, aud: ['nestjs-baton', 'another'] }, {}],
  ])('is refused when it signs a token %s', (_what, payload, header) => {
    expect(() => tokens.verify(ofOurForm(payload, header))).toThrow(InvalidTokenError);
  });
});
