import { createCipheriv, createDecipheriv, hash } from 'node:crypto';
import type { RefreshTokenStamp } from '../tokens/refresh-token-codec.js';

const TAG_BYTES = 16;

/** What a seal is made for, and what opens it. */
export interface SealContext {
  /** The token that the successor is handed out for. */
  readonly parentToken: string;
  /** The `Idempotency-Key` that the parent was presented with. */
  readonly idempotencyKey: string | null;
  /** The hash of the successor, as the row has it. */
  readonly successorHash: string;
}

/** Every key seals one stamp, so that the nonce need not differ (NIST SP 800-38D section 8.2.1). */
const NONCE = Buffer.alloc(12);

/**
 * Seals a successor's stamp so that only its parent opens it: AES-256-GCM under a key derived from the
 * parent, the successor's hash and, where one was sent, the `Idempotency-Key`. The database keeps only the
 * second of them, so a copy of it opens nothing.
 *
 * @returns base64url of ciphertext and tag
 */
export function sealSuccessor(
  { kid, jti, iat, exp }: RefreshTokenStamp,
  context: SealContext,
): string {
  const cipher = createCipheriv('aes-256-gcm', sealKey(context), NONCE);
  const sealed = [cipher.update(`${kid}.${jti}.${iat}.${exp}`, 'utf8'), cipher.final()];
  return Buffer.concat([...sealed, cipher.getAuthTag()]).toString('base64url');
}

/**
 * Opens a seal.
 *
 * @returns the stamp, or `null` when the seal was made for another token, key or successor
 */
export function openSuccessor(
  sealedSuccessor: string,
  context: SealContext,
): RefreshTokenStamp | null {
  const sealed = Buffer.from(sealedSuccessor, 'base64url');
  try {
    const decipher = createDecipheriv('aes-256-gcm', sealKey(context), NONCE, {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const opened = decipher.update(sealed.subarray(0, -TAG_BYTES), undefined, 'utf8');
    const [kid = '', jti = '', iat, exp] = (opened + decipher.final('utf8')).split('.');
    return { kid, jti, iat: Number(iat), exp: Number(exp) };
  } catch {
    return null;
  }
}

/**
 * One-step key derivation with SHA-256: counter, secret, purpose (NIST SP 800-56C section 4.1). The secret is the
 * parent with its 128 random bits. JSON keeps the parts apart, and no key from every key.
 */
function sealKey({ parentToken, successorHash, idempotencyKey }: SealContext): Buffer {
  const parts = JSON.stringify([parentToken, 'successor', successorHash, idempotencyKey]);
  // By way of text, for Node makes an `ArrayBuffer` of its own for a digest that is to be a `Buffer`.
  return Buffer.from(hash('sha256', `\0\0\0\x01${parts}`, 'base64url'), 'base64url');
}
