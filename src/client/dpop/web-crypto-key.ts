import type { DpopAlgorithm, DpopJwk, DpopKey } from '../dpop.js';

/** The pair of a key, as WebCrypto has it. */
export type KeyPair = Awaited<ReturnType<typeof generated>>;

type Signing = KeyPair['privateKey'];

const ED25519 = { name: 'Ed25519' };
const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** @returns a new pair: Ed25519, or P-256 where the platform has nothing newer */
export async function generated(isExtractable: boolean) {
  const { subtle } = crypto;
  const pair = await subtle
    .generateKey(ED25519, isExtractable, ['sign', 'verify'])
    .catch(() => null);
  // Said in one type by some platforms, as a single key or a pair.
  if (pair && 'privateKey' in pair) return pair;
  return subtle.generateKey(P256, isExtractable, ['sign', 'verify']);
}

/** A key whose proofs WebCrypto signs. */
export async function keyOf({ privateKey, publicKey }: KeyPair): Promise<DpopKey> {
  return signingKey(privateKey, await crypto.subtle.exportKey('jwk', publicKey));
}

/** The key in a private JWK, out of which it cannot be read again. @throws for what is none */
export async function keyIn(jwk: DpopJwk & { readonly d?: string }): Promise<DpopKey> {
  const kind = jwk.kty === 'OKP' ? ED25519 : P256;
  return signingKey(await crypto.subtle.importKey('jwk', { ...jwk }, kind, false, ['sign']), jwk);
}

function signingKey(
  privateKey: Signing,
  { kty = '', crv = '', x = '', y }: Partial<DpopJwk>,
): DpopKey {
  const isEd25519 = kty === 'OKP';
  const alg: DpopAlgorithm = isEd25519 ? 'EdDSA' : 'ES256';
  return {
    alg,
    jwk: { kty, crv, x, ...(y && { y }) },
    sign: (bytes) => crypto.subtle.sign(isEd25519 ? ED25519 : P256, privateKey, bytes),
  };
}
