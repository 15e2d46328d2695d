import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** The first byte says how the rest is made, and is authenticated with it. */
const FORMAT = Buffer.from([1]);

/** @throws RangeError when the key has not 32 bytes */
export function checkKey(key: Uint8Array): void {
  if (key.byteLength !== KEY_BYTES) throw new RangeError(`The key takes ${KEY_BYTES} bytes`);
}

/** Encrypts a text with AES-256-GCM under a fresh random nonce. */
export function seal(text: string, key: Uint8Array): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, iv).setAAD(FORMAT);
  const hidden = [cipher.update(text, 'utf8'), cipher.final()];
  return Buffer.concat([FORMAT, iv, cipher.getAuthTag(), ...hidden]);
}

/** @throws when the bytes were changed, cut, or sealed with another key */
export function unseal(bytes: Buffer, key: Uint8Array): string {
  const [ivAt, tagAt, hiddenAt] = [1, 1 + IV_BYTES, 1 + IV_BYTES + TAG_BYTES];
  const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(ivAt, tagAt), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(bytes.subarray(0, ivAt)).setAuthTag(bytes.subarray(tagAt, hiddenAt));
  return decipher.update(bytes.subarray(hiddenAt), undefined, 'utf8') + decipher.final('utf8');
}
