import type { SigningAlgorithm } from '../keys/signing-key.js';

/** Half the order of P-256, rounded down: of the two `s` that verify, only the lower one is ours. */
const P256_HALF_ORDER = BigInt(
  '0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8',
);

/**
 * Whether a signature, base64url, is written in the one form that we issue. Header and payload are signed
 * as text, so nothing in them can change unseen; a signature, though, has other spellings that verify:
 * base64url with stray low bits and, for ECDSA, the pair `(r, n - s)`.
 */
export function isCanonical(signature: string, algorithm: SigningAlgorithm): boolean {
  if (!isBase64url(signature)) return false;
  if (algorithm !== 'ES256') return true;
  const bytes = Buffer.from(signature, 'base64url');
  return BigInt(`0x0${bytes.subarray(32).toString('hex')}`) <= P256_HALF_ORDER;
}

/** Three bytes a group; what is left over ends with a character that has no stray low bits. */
const BASE64URL = /^(?:[\w-]{4})*(?:[\w-][AQgw]|[\w-]{2}[AEIMQUYcgkosw048])?$/;

/** Whether text is the base64url of some bytes: no padding, no stray low bits (RFC 4648 section 3.5). */
export function isBase64url(text: string): boolean {
  return BASE64URL.test(text);
}
