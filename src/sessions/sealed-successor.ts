import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { RefreshTokenSeed } from '../tokens/refresh-token.js';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const seedSchema = z.tuple([z.string(), z.string(), z.int(), z.int()]);

/**
 * Seals a successor's seed so that only its parent opens it: AES-256-GCM under a key derived by HKDF
 * (RFC 5869) from the parent and, where one was sent, the `Idempotency-Key`. The database keeps neither,
 * so a copy of it opens nothing.
 *
 * @returns base64url of nonce, ciphertext and tag
 */
export function sealSuccessor(
  { kid, jti, iat, exp }: RefreshTokenSeed,
  parentToken: string,
  idempotencyKey: string | null,
): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', sealKey(parentToken, idempotencyKey), nonce);
  const sealed = [
    nonce,
    cipher.update(JSON.stringify([kid, jti, iat, exp]), 'utf8'),
    cipher.final(),
  ];
  return Buffer.concat([...sealed, cipher.getAuthTag()]).toString('base64url');
}

/**
 * Opens a seal.
 *
 * @returns the seed, or `null` when the token or its `Idempotency-Key` is not the one it was sealed under
 */
export function openSuccessor(
  sealedSuccessor: string,
  parentToken: string,
  idempotencyKey: string | null,
): RefreshTokenSeed | null {
  const sealed = Buffer.from(sealedSuccessor, 'base64url');
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const key = sealKey(parentToken, idempotencyKey);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const opened = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8');
    const [kid, jti, iat, exp] = seedSchema.parse(JSON.parse(opened + decipher.final('utf8')));
    return { kid, jti, iat, exp };
  } catch {
    return null;
  }
}

/** The salt tells "no key" from every key, the empty one included. */
function sealKey(parentToken: string, idempotencyKey: string | null): Buffer {
  const salt = idempotencyKey === null ? 'unbound' : `bound:${idempotencyKey}`;
  return Buffer.from(hkdfSync('sha256', parentToken, salt, 'nestjs-baton successor', 32));
}
