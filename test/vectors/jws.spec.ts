import { createPublicKey, createSecretKey } from 'node:crypto';
import { JwtService } from '@nestjs/jwt';
import * as v from 'valibot';
import { KeyRing } from '../../src/keys/key-ring.js';
import type { SigningKey } from '../../src/keys/signing-key.js';
import { InvalidTokenError } from '../../src/errors.js';
import { settingsSchema } from '../../src/options.js';
import { AccessTokenCodec } from '../../src/tokens/access-token-codec.js';
import { isBase64url, isCanonical } from '../../src/tokens/canonical-signature.js';
import { describeWithVectors, readVectors } from './known-vectors.js';

const jwkSchema = v.looseObject({ kty: v.string(), alg: v.optional(v.string()) });
const keysSchema = v.union([
  v.pipe(
    v.object({ keys: v.array(jwkSchema) }),
    v.transform(({ keys }) => keys),
  ),
  v.pipe(
    jwkSchema,
    v.transform((key) => [key]),
  ),
]);

const fileSchema = v.object({
  testGroups: v.array(
    v.pipe(
      v.object({
        comment: v.string(),
        public: v.optional(keysSchema),
        private: v.optional(keysSchema, { keys: [] }),
        tests: v.array(
          v.object({
            tcId: v.number(),
            comment: v.string(),
            result: v.picklist(['valid', 'invalid', 'acceptable']),
            jws: v.optional(v.unknown()),
            jwe: v.optional(v.unknown()),
          }),
        ),
      }),
      v.transform(({ public: keys, private: pairs, ...group }) => ({
        ...group,
        keys: keys ?? pairs,
      })),
    ),
  ),
});

const groupsOf = (file: string) =>
  v.parse(fileSchema, readVectors(`wycheproof/${file}`)).testGroups;

/** The key as one of ours; null where its algorithm or size is none that we take. */
function ourKey(jwk: v.InferOutput<typeof jwkSchema>): SigningKey | null {
  const { kty, alg: algorithm, kid = 'kid', k } = jwk;
  if (
    algorithm !== 'HS256' &&
    algorithm !== 'RS256' &&
    algorithm !== 'PS256' &&
    algorithm !== 'ES256'
  )
    return null;
  const key =
    kty === 'oct'
      ? createSecretKey(Buffer.from(String(k), 'base64url'))
      : createPublicKey({ key: jwk, format: 'jwk' });
  return { kid: String(kid), algorithm, signWith: key, verifyWith: key };
}

const tokensOf = (key: SigningKey) =>
  new AccessTokenCodec(v.parse(settingsSchema, {}), new KeyRing(key), { nowMs: () => 0 });

/** The verdict on form and signature alone, by the library, the options and the form that our tokens are held to. */
function isVerified(jws: string, key: SigningKey): boolean {
  const [, payload = '', signature = ''] = jws.split('.', 3);
  if (!isBase64url(payload) || !isCanonical(signature, key.algorithm)) return false;
  const { algorithms } = tokensOf(key).verification;
  const service = new JwtService({ publicKey: key.verifyWith, verifyOptions: { algorithms } });
  try {
    service.verify(jws);
    return true;
  } catch {
    return false;
  }
}

/** Of the vectors whose keys are of a kind that we take. */
function vectorsIn(file: string) {
  return groupsOf(file).flatMap(({ keys, tests, comment: group }) =>
    keys.map(ourKey).flatMap((key) =>
      key === null
        ? []
        : tests.map(({ jws, ...test }) => ({
            ...test,
            key,
            jws: String(jws),
            name: `${group}, ${test.tcId}: ${test.comment}`,
          })),
    ),
  );
}

/** Where our verdict is another one, and why. */
const DISSENT = new Map([
  [18, 'a high `s`, which is not the form that we issue'],
  [259, 'an empty payload is no JSON object'],
  [272, 'an empty payload is no JSON object'],
  [346, 'PS384 is none of our algorithms'],
  [350, 'PS384 is none of our algorithms'],
  [367, 'the vector is the valid one, 357, byte for byte'],
  [370, 'the vector is the valid one, 357, byte for byte'],
  [372, 'a character that is not of base64url'],
  [373, 'a character that is not of base64url'],
]);

describeWithVectors('wycheproof', 'the signatures of Wycheproof', () => {
  const vectors = vectorsIn('json_web_signature_test.json');
  const isGood = ({ tcId, result }: (typeof vectors)[number]) =>
    (result === 'valid') !== DISSENT.has(tcId);

  it.each(vectors.filter(isGood))('verify where they are valid: $name', ({ jws, key }) => {
    expect(isVerified(jws, key)).toBe(true);
  });

  it.each(vectors.filter((vector) => !isGood(vector)))(
    'are refused where they are not: $name',
    ({ jws, key }) => {
      expect(isVerified(jws, key)).toBe(false);
    },
  );

  it.each(vectors)('are none of our tokens, however valid: $name', ({ jws, key }) => {
    expect(() => tokensOf(key).verifyGenuine(jws)).toThrow(InvalidTokenError);
  });
});

describeWithVectors('wycheproof', 'what is encrypted', () => {
  const key = ourKey({ kty: 'oct', alg: 'HS256', kid: 'kid', k: 'A'.repeat(43) });
  const vectors = groupsOf('json_web_encryption_test.json').flatMap(({ tests }) => tests);

  it.each(vectors)('is refused whole: $tcId, $comment', ({ jwe, jws }) => {
    if (key === null) throw new Error('HS256 is one of ours');
    expect(() => tokensOf(key).verifyGenuine(String(jwe ?? jws))).toThrow(InvalidTokenError);
  });
});

describeWithVectors('rfc7520', 'the JOSE cookbook', () => {
  const exampleSchema = v.object({
    input: v.object({ key: v.unknown() }),
    output: v.object({ compact: v.optional(v.string()) }),
  });
  const example = (name: string) => v.parse(exampleSchema, readVectors(`rfc7520/${name}.json`));

  it('4.4: an HMAC verifies', () => {
    const { input, output } = example('4_4.hmac-sha2_integrity_protection');
    const key = ourKey(v.parse(jwkSchema, input.key));
    expect(key !== null && isVerified(output.compact ?? '', key)).toBe(true);
  });

  it.each([
    ['4.5: detached content', '4_5.signature_with_detached_content'],
    ['4.6: a header that is not protected', '4_6.protecting_specific_header_fields'],
    ['4.7: a header that is not protected at all', '4_7.protecting_content_only'],
    ['4.8: several signatures', '4_8.multiple_signatures'],
  ])('%s is refused', (_what, name) => {
    const key = ourKey(v.parse(jwkSchema, example('4_4.hmac-sha2_integrity_protection').input.key));
    if (key === null) throw new Error('HS256 is one of ours');
    const { output } = example(name);
    for (const text of [output.compact ?? '', JSON.stringify(output)]) {
      expect(isVerified(text, key)).toBe(false);
      expect(() => tokensOf(key).verifyGenuine(text)).toThrow(InvalidTokenError);
    }
  });
});
