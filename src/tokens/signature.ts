import { constants, createHmac, sign, timingSafeEqual, verify } from 'node:crypto';
import type { SigningAlgorithm, SigningKey } from '../keys/signing-key.js';
import { isCanonical } from './canonical-signature.js';

/** RFC 7518 section 3.4: `r` and `s` side by side, not in DER; section 3.5: a salt as long as the hash. */
const FORMATS = {
  RS256: {},
  PS256: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
  ES256: { dsaEncoding: 'ieee-p1363' },
} as const satisfies Record<Exclude<SigningAlgorithm, 'HS256'>, object>;

/** The signature of a JWS signing input, base64url (RFC 7515 section 5.1). */
export function signatureOf(input: string, { algorithm, signWith }: SigningKey): string {
  if (algorithm === 'HS256')
    return createHmac('sha256', signWith).update(input).digest('base64url');
  const key = { key: signWith, ...FORMATS[algorithm] };
  for (;;) {
    const signature = sign('sha256', Buffer.from(input), key).toString('base64url');
    if (isCanonical(signature, algorithm)) return signature;
  }
}

/** Whether it is the signature of this input under this key, in the one form that we issue. */
export function isSignatureOf(input: string, signature: string, key: SigningKey): boolean {
  const { algorithm, verifyWith } = key;
  if (algorithm === 'HS256') return isSameText(signature, signatureOf(input, key));
  return (
    isCanonical(signature, algorithm) &&
    verify(
      'sha256',
      Buffer.from(input),
      { key: verifyWith, ...FORMATS[algorithm] },
      Buffer.from(signature, 'base64url'),
    )
  );
}

/** In a time that does not tell how much of it is right. */
function isSameText(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
