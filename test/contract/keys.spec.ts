import {
  type JsonWebKey,
  type KeyObject,
  constants,
  createPublicKey,
  generateKeyPairSync,
  verify,
} from 'node:crypto';
import type { AuthModuleOptions } from 'nestjs-baton';
import { REFRESH_SECRET } from '../host/start-host.js';
import { decode, forge, hmac } from './jwt.js';
import {
  INVALID_ACCESS,
  answer,
  error,
  login,
  me,
  onEveryHost,
  refresh,
  use,
} from './vocabulary.js';

const pemOf = ({ privateKey }: { privateKey: KeyObject }): string =>
  privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

const RSA = pemOf(generateKeyPairSync('rsa', { modulusLength: 2048 }));
const EC = pemOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
const ED = pemOf(generateKeyPairSync('ed25519'));
const PSS = pemOf(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }));
const OLDER_EC = pemOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }));

/** Of base64url, RFC 4648 section 5. The last character of these signatures has four bits that count for nothing. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

const P256_ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');

/** How a library that knows only the public key verifies, RFC 7518 section 3. */
const VERIFY_OPTIONS = {
  RS256: { padding: constants.RSA_PKCS1_PADDING },
  PS256: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
  ES256: { dsaEncoding: 'ieee-p1363' },
  EdDSA: {},
} as const;

/** The members of a public key, RFC 7518 section 6, RFC 8037 section 2. */
const MEMBERS = {
  RS256: ['e', 'n'],
  PS256: ['e', 'n'],
  ES256: ['crv', 'x', 'y'],
  EdDSA: ['crv', 'x'],
};

const KEYS: readonly (readonly [keyof typeof VERIFY_OPTIONS, Partial<AuthModuleOptions>])[] = [
  ['RS256', { accessSecret: undefined, accessPrivateKey: RSA }],
  ['PS256', { accessSecret: undefined, accessPrivateKey: RSA, rsaAlgorithm: 'PS256' }],
  ['PS256', { accessSecret: undefined, accessPrivateKey: PSS }],
  ['ES256', { accessSecret: undefined, accessPrivateKey: EC }],
  ['EdDSA', { accessSecret: undefined, accessPrivateKey: ED }],
];

/** The other signature that ECDSA lets verify: `(r, n - s)` for `(r, s)`. */
function twinOf(token: string): string {
  const end = token.lastIndexOf('.');
  const signature = Buffer.from(token.slice(end + 1), 'base64url');
  const s = P256_ORDER - BigInt(`0x${signature.subarray(32).toString('hex')}`);
  const twin = Buffer.from(s.toString(16).padStart(64, '0'), 'hex');
  const bytes = Buffer.concat([signature.subarray(0, 32), twin]);
  return `${token.slice(0, end)}.${bytes.toString('base64url')}`;
}

function isVerifiedBy(jwk: JsonWebKey, token: string, algorithm: keyof typeof VERIFY_OPTIONS) {
  const end = token.lastIndexOf('.');
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  const signature = Buffer.from(token.slice(end + 1), 'base64url');
  const signed = Buffer.from(token.slice(0, end));
  const digest = algorithm === 'EdDSA' ? null : 'sha256';
  return verify(digest, signed, { key, ...VERIFY_OPTIONS[algorithm] }, signature);
}

describe.each(KEYS)('signed with %s', (algorithm, auth) => {
  onEveryHost({ auth }, (stage) => {
    const jwks = async (): Promise<(JsonWebKey & { kid: string })[]> => {
      const response = await stage.host.http().get('/.well-known/jwks.json');
      expect(response.headers['cache-control']).toBe('public, max-age=300');
      expect(response.status).toBe(200);
      return response.body.keys;
    };

    it('GET /.well-known/jwks.json has the public key and nothing of the private one', async () => {
      const [key, ...others] = await jwks();
      expect(others).toEqual([]);
      expect(key).toMatchObject({ alg: algorithm, use: 'sig', kid: expect.any(String) });
      expect(Object.keys(key ?? {}).toSorted()).toEqual(
        [...MEMBERS[algorithm], 'alg', 'kid', 'kty', 'use'].toSorted(),
      );
    });

    it('access tokens are verified with the published key, at login and after a refresh', async () => {
      const [key] = await jwks();
      const first = await login(stage.host);
      const second = await refresh(stage.host, first.refresh_token);
      for (const { access_token } of [first, second]) {
        const { header } = decode(access_token);
        expect(header).toEqual({ alg: algorithm, typ: 'at+jwt', kid: key?.kid });
        expect(isVerifiedBy(key ?? {}, access_token, algorithm)).toBe(true);
      }
      await use(stage.host, second);
    });

    it('refresh tokens are signed with HS256 and the refresh secret all the same', async () => {
      const { refresh_token } = await login(stage.host);
      const end = refresh_token.lastIndexOf('.');
      expect(decode(refresh_token).header['alg']).toBe('HS256');
      expect(refresh_token.slice(end + 1)).toBe(hmac(refresh_token.slice(0, end), REFRESH_SECRET));
    });

    it('a token signed with the public key as if it were a secret is invalid_token', async () => {
      const [key] = await jwks();
      const { access_token } = await login(stage.host);
      const pem = createPublicKey({ key: key ?? {}, format: 'jwk' });
      const secret = pem.export({ type: 'spki', format: 'pem' }).toString();
      const forged = forge(access_token, { header: { alg: 'HS256' } }, { secret });
      expect(await me(stage.host, forged)).toEqual(INVALID_ACCESS);
    });

    it('the same signature in another spelling of base64url is invalid_token', async () => {
      const [key] = await jwks();
      const { access_token } = await login(stage.host);
      const last = ALPHABET.indexOf(access_token.at(-1) ?? '');
      for (const strayBits of [1, 6, 15]) {
        const respelled = access_token.slice(0, -1) + (ALPHABET[last ^ strayBits] ?? '');
        expect(isVerifiedBy(key ?? {}, respelled, algorithm)).toBe(true);
        expect(await me(stage.host, respelled)).toEqual(INVALID_ACCESS);
      }
    });

    it('a token whose signature was tampered with is invalid_token', async () => {
      const { access_token } = await login(stage.host);
      const end = access_token.lastIndexOf('.') + 10;
      const by = access_token[end] === 'A' ? 'B' : 'A';
      const tampered = access_token.slice(0, end) + by + access_token.slice(end + 1);
      expect(await me(stage.host, tampered)).toEqual(INVALID_ACCESS);
    });
  });
});

onEveryHost({ auth: { accessSecret: undefined, accessPrivateKey: [EC, OLDER_EC] } }, (stage) => {
  it('the other signature that ECDSA lets verify is not the one issued, and is invalid_token', async () => {
    const [key] = (await stage.host.http().get('/.well-known/jwks.json')).body.keys;
    for (let times = 0; times < 5; times += 1) {
      const { access_token } = await login(stage.host);
      const twin = twinOf(access_token);
      expect(isVerifiedBy(key, twin, 'ES256')).toBe(true);
      expect(await me(stage.host, twin)).toEqual(INVALID_ACCESS);
      await use(stage.host, { ...(await login(stage.host)), access_token });
    }
  });

  it('every key that still verifies is published, the one that signs first', async () => {
    const { keys } = (await stage.host.http().get('/.well-known/jwks.json')).body;
    expect(keys).toHaveLength(2);
    const { access_token } = await login(stage.host);
    expect(decode(access_token).header['kid']).toBe(keys[0].kid);
  });
});

onEveryHost({}, (stage) => {
  it('GET /.well-known/jwks.json is 404 while access tokens are signed with a secret', async () => {
    const request = stage.host.http().get('/.well-known/jwks.json');
    expect(await answer(request)).toEqual(
      error(404, 'not_found', 'Access tokens are signed with a secret'),
    );
  });
});
