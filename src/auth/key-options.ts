import * as v from 'valibot';
import { keysIn } from '../keys/key-file.js';
import { KeyRing } from '../keys/key-ring.js';
import {
  type RsaAlgorithm,
  type SigningKey,
  UnusableKeyError,
  type VerifyingKey,
  isSameSecret,
  isSigningKey,
  secretKey,
} from '../keys/signing-key.js';
import { oneOf } from '../options.js';

/** One key, or several of which the first signs and the others, the previous ones, still verify. */
export type OneOrMore = string | readonly string[];

/** What tokens are signed with. */
export interface KeyOptions {
  /** Signs access tokens with HS256: at least 32 bytes of UTF-8. Or give `accessPrivateKey`. */
  readonly accessSecret?: OneOrMore | undefined;
  /**
   * Signs access tokens with a private key, so that others can verify them: RSA, P-256 or Ed25519, as PEM, JWK or JWKS
   * (then with the first key in it). What follows the first key may be public: it only verifies.
   */
  readonly accessPrivateKey?: OneOrMore | undefined;
  /** How an RSA `accessPrivateKey` signs that does not say so itself, by `alg` or as RSA-PSS. @default 'RS256' */
  readonly rsaAlgorithm?: RsaAlgorithm | undefined;
  /** Signs refresh tokens with HS256: at least 32 bytes of UTF-8, another one than `accessSecret`. */
  readonly refreshSecret: OneOrMore;
}

const KEYS_TAKE = 'takes a string or a list of strings';

const keysSchema = v.pipe(
  v.union([v.string(), v.pipe(v.array(v.string()), v.minLength(1, KEYS_TAKE))], KEYS_TAKE),
  v.transform((keys) => [keys].flat()),
);

/** What each of the options takes. */
export const keyEntries = {
  accessSecret: v.optional(keysSchema),
  accessPrivateKey: v.optional(keysSchema),
  rsaAlgorithm: v.optional(oneOf(['RS256', 'PS256']), 'RS256'),
  refreshSecret: v.optional(keysSchema, []),
};

const optionsSchema = v.object(keyEntries);

/** What is in these options, each as a list. */
export type CheckedKeys = v.InferOutput<typeof optionsSchema>;

/** The keys of both kinds of token. `refusal` makes the error that says what an option takes. */
export function keyRings(
  { accessSecret, accessPrivateKey, rsaAlgorithm, refreshSecret }: CheckedKeys,
  refusal: (option: string, takes: string) => Error,
): { readonly accessKeys: KeyRing; readonly refreshKeys: KeyRing } {
  const accessSecrets = accessSecret ?? [];
  const accessKeys =
    accessPrivateKey === undefined
      ? keyRing('accessSecret', accessSecrets, secretKeys, refusal)
      : keyRing(
          'accessPrivateKey',
          accessPrivateKey,
          (text) => keysIn(text, rsaAlgorithm),
          refusal,
        );
  if (accessSecret !== undefined && accessPrivateKey !== undefined) {
    throw refusal('accessPrivateKey', 'takes the place of accessSecret: give one of them');
  }
  const refreshKeys = keyRing('refreshSecret', refreshSecret, secretKeys, refusal);
  if (accessSecrets.some((one) => refreshSecret.some((other) => isSameSecret(one, other)))) {
    throw refusal('refreshSecret', 'takes another secret than accessSecret');
  }
  return { accessKeys, refreshKeys };
}

const secretKeys = (secret: string): VerifyingKey[] => [secretKey(secret)];

/**
 * Puts other keys in the place of those of `accessPrivateKey`.
 *
 * @throws what `refusal` makes of it when one of them cannot be used; the keys are then those of before
 */
export function changeAccessKeys(
  keys: KeyRing,
  texts: OneOrMore,
  rsaAlgorithm: RsaAlgorithm,
  refusal: (option: string, takes: string) => Error,
): void {
  const toKeys = (text: string) => keysIn(text, rsaAlgorithm);
  const [current, previous] = signingFirst('accessPrivateKey', [texts].flat(), toKeys, refusal);
  keys.change(current, previous);
}

function keyRing(
  option: string,
  texts: readonly string[],
  toKeys: (text: string) => readonly VerifyingKey[],
  refusal: (option: string, takes: string) => Error,
): KeyRing {
  return new KeyRing(...signingFirst(option, texts, toKeys, refusal));
}

function signingFirst(
  option: string,
  texts: readonly string[],
  toKeys: (text: string) => readonly VerifyingKey[],
  refusal: (option: string, takes: string) => Error,
): [current: SigningKey, previous: readonly VerifyingKey[]] {
  try {
    const [current, ...previous] = texts.flatMap(toKeys);
    if (current === undefined) throw refusal(option, 'is missing');
    if (!isSigningKey(current)) throw refusal(option, 'takes a private key first');
    return [current, previous];
  } catch (error) {
    throw error instanceof UnusableKeyError ? refusal(option, error.message) : error;
  }
}
