import type { DpopKey } from '../dpop.js';
import { inStore } from '../object-store.js';
import { type KeyPair, generated, keyOf } from './web-crypto-key.js';

/** What `indexedDbKey` is told. */
export interface IndexedDbKeyOptions {
  /** The database's name; `indexedDbStorage` may have the same. @default 'nestjs-baton' */
  readonly name?: string | undefined;
  /** The key's key in there. @default 'dpop' */
  readonly key?: string | undefined;
}

/**
 * A key that all pages and workers of an origin share. No script can read its private part, but each can sign with it.
 *
 * @returns makes it at the first call
 * @see RFC 9449 section 11.4
 */
export function indexedDbKey({
  name = 'nestjs-baton',
  key = 'dpop',
}: IndexedDbKeyOptions = {}): () => Promise<DpopKey> {
  const read = () => inStore(name, 'readonly', (store) => store.get(key));
  return async () => {
    const kept = await read();
    if (isPair(kept)) return keyOf(kept);
    const pair = await generated(false);
    // The first of two tabs is taken at its word.
    await inStore(name, 'readwrite', (store) => store.add(pair, key)).catch(() => {});
    const agreed = await read();
    if (isPair(agreed)) return keyOf(agreed);
    throw new TypeError('IndexedDB keeps no key');
  };
}

const isPair = (value: unknown): value is KeyPair => 'privateKey' in Object(value);
