import type { JsonWebKey } from 'node:crypto';
import * as v from 'valibot';
import {
  type RsaAlgorithm,
  UnusableKeyError,
  type VerifyingKey,
  privateKey,
  publicKey,
} from './signing-key.js';

const jwkSchema = v.looseObject({
  kty: v.picklist(['RSA', 'EC', 'OKP']),
  use: v.optional(v.literal('sig')),
  alg: v.optional(v.string()),
  d: v.optional(v.string()),
});

const jwksSchema = v.union([
  v.pipe(
    v.object({ keys: v.pipe(v.array(jwkSchema), v.minLength(1)) }),
    v.transform(({ keys }) => keys),
  ),
  v.pipe(
    jwkSchema,
    v.transform((key) => [key]),
  ),
]);

/**
 * Every key of a file, in its order: of PEM one, private or public; of a JWK or a JWKS (RFC 7517) what is in it. The
 * names in a JWKS are not ours: each key is known by its thumbprint.
 *
 * @param rsaAlgorithm how an RSA key signs that does not say so itself, by its `alg` or by being for RSA-PSS alone
 * @throws UnusableKeyError when it is something else, or one of the keys is of no use here
 */
export function keysIn(given: string, rsaAlgorithm: RsaAlgorithm = 'RS256'): VerifyingKey[] {
  const text = given.trim();
  if (text.startsWith('{')) {
    return jwksIn(text).map((jwk) => keyOfJwk(jwk, rsaAlgorithm));
  }
  const isPrivate = /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text);
  return [isPrivate ? privateKey(text, rsaAlgorithm) : publicKey(text, rsaAlgorithm)];
}

type Jwk = JsonWebKey & v.InferOutput<typeof jwkSchema>;

function jwksIn(text: string): Jwk[] {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), jwksSchema), text);
  if (!parsed.success) throw new UnusableKeyError('takes a JWK or a JWKS with keys for signatures');
  return parsed.output;
}

function keyOfJwk(jwk: Jwk, rsaAlgorithm: RsaAlgorithm): VerifyingKey {
  const { alg, d } = jwk;
  const given = { key: jwk, format: 'jwk' } as const;
  const asked = alg === 'RS256' || alg === 'PS256' ? alg : rsaAlgorithm;
  const key = d === undefined ? publicKey(given, asked) : privateKey(given, asked);
  if (alg === undefined || isNameOf(alg, key.algorithm)) return key;
  throw new UnusableKeyError(`takes ${key.algorithm} as alg of such a key, or none`);
}

/** RFC 9864 section 2.2 has a newer name for EdDSA with such a key. */
const isNameOf = (alg: string, algorithm: string): boolean =>
  alg === algorithm || (alg === 'Ed25519' && algorithm === 'EdDSA');
