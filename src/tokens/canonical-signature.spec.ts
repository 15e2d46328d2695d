import { generateKeyPairSync, verify } from 'node:crypto';
import * as fc from 'fast-check';
import * as v from 'valibot';
import { InvalidTokenError } from '../errors.js';
import { KeyRing } from '../keys/key-ring.js';
import { type SigningKey, privateKey, secretKey } from '../keys/signing-key.js';
import { settingsSchema } from '../options.js';
import { AccessTokenCodec } from './access-token-codec.js';
import { isCanonical } from './canonical-signature.js';

const CLOCK = { nowMs: () => 1_767_225_600_000 };
const PLACE = {
  userId: 'ann',
  sessionId: 's',
  generation: 0,
  sessionEndsAtSeconds: 1_769_817_600,
  jkt: null,
};
/** There has to be room for the next one in 32 bits. */
const HIGHEST_GENERATION = 2 ** 31 - 2;
const P256_ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');

const EC_KEY = privateKey(
  generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString(),
);
const SECRET_KEY = secretKey('the access secret, 32 bytes or more.');

const tokensWith = (key: SigningKey) =>
  new AccessTokenCodec(v.parse(settingsSchema, {}), new KeyRing(key), CLOCK);

/** A 32-byte number, big-endian, in hexadecimal. */
const hex32 = (value: bigint): string => value.toString(16).padStart(64, '0');
const signatureWith = (r: bigint, s: bigint): string =>
  Buffer.from(hex32(r) + hex32(s), 'hex').toString('base64url');

/** The same signature the other way round: `(r, n - s)` verifies wherever `(r, s)` does. */
function withHighS(token: string): string {
  const dot = token.lastIndexOf('.');
  const bytes = Buffer.from(token.slice(dot + 1), 'base64url');
  const s = BigInt(`0x${bytes.subarray(32).toString('hex')}`);
  const high = Buffer.from(hex32(P256_ORDER - s), 'hex');
  const signature = Buffer.concat([bytes.subarray(0, 32), high]).toString('base64url');
  return `${token.slice(0, dot)}.${signature}`;
}

/** Whether OpenSSL, which does not care about the form, accepts the signature. */
function verifies(token: string): boolean {
  const dot = token.lastIndexOf('.');
  const key = { key: EC_KEY.verifyWith, dsaEncoding: 'ieee-p1363' } as const;
  const signature = Buffer.from(token.slice(dot + 1), 'base64url');
  return verify('sha256', Buffer.from(token.slice(0, dot)), key, signature);
}

describe('an ECDSA signature', () => {
  it.each([
    ['one', 1n, true],
    ['half the order, rounded down', P256_ORDER / 2n, true],
    ['half the order, rounded up', P256_ORDER / 2n + 1n, false],
    ['the order less one', P256_ORDER - 1n, false],
  ])('with s = %s', (_what, s, canonical) => {
    expect(isCanonical(signatureWith(7n, s), 'ES256')).toBe(canonical);
  });

  it('is issued in one of its two forms, and the other is refused though it verifies', () => {
    const tokens = tokensWith(EC_KEY);
    fc.assert(
      fc.property(fc.nat(HIGHEST_GENERATION), (generation) => {
        const { token } = tokens.issue({ ...PLACE, generation }, {});
        const other = withHighS(token);
        expect(tokens.verify(token).gen).toBe(generation);
        expect(verifies(other)).toBe(true);
        expect(() => tokens.verify(other)).toThrow(InvalidTokenError);
      }),
    );
  });
});

const lastOf = (text: string): string => text.slice(-1);
const signatureIn = (token: string): string => token.slice(token.lastIndexOf('.') + 1);

describe('the base64url of a signature', () => {
  const tokens = tokensWith(SECRET_KEY);
  const { token } = tokens.issue(PLACE, {});
  const bytes = Buffer.from(token.slice(token.lastIndexOf('.') + 1), 'base64url');

  /** The spellings of the last character that decode to the same bytes: 256 bits leave 2 over. */
  const spellings = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
    .map((last) => token.slice(0, -1) + last)
    .filter((other) =>
      Buffer.from(other.slice(other.lastIndexOf('.') + 1), 'base64url').equals(bytes),
    );

  it('has four spellings, of which one is ours', () => {
    expect(spellings).toHaveLength(4);
    const canonical = spellings.filter((other) => isCanonical(signatureIn(other), 'HS256'));
    expect(canonical.map(lastOf)).toEqual([lastOf(token)]);
  });

  it.each(spellings.filter((other) => other !== token))('is refused when it is ...%s', (other) => {
    expect(() => tokens.verify(other)).toThrow(InvalidTokenError);
  });

  it.each(['=', '==', 'A', '.', ' ', '\n'])('is refused with %j behind it', (behind) => {
    expect(() => tokens.verify(token + behind)).toThrow(InvalidTokenError);
  });

  it('is refused in the alphabet of plain base64', () => {
    const dot = token.lastIndexOf('.') + 1;
    const signature = `-_${token.slice(dot + 2)}`;
    expect(isCanonical(signature, 'HS256')).toBe(true);
    expect(isCanonical(`+/${signature.slice(2)}`, 'HS256')).toBe(false);
  });
});
