import type { DpopKey } from '../dpop.js';
import { lockOf } from '../lock.js';
import type { BatonStorage } from '../storage.js';
import { generated, keyIn } from './web-crypto-key.js';

/**
 * A key that all processes share that use a storage: `fileStorage`, `sqliteStorage`, `keychainStorage`, beside the
 * session's own. The storage holds its private part, as well protected as a session there.
 *
 * @param storage for the key alone
 * @returns makes it at the first call, once for all processes, under the storage's lock
 */
export function storedKey(storage: BatonStorage): () => Promise<DpopKey> {
  return async () => {
    const kept = await storage.read();
    if (kept !== null) return keyIn(JSON.parse(kept));
    const make = async () => {
      const meanwhile = await storage.read();
      if (meanwhile !== null) return keyIn(JSON.parse(meanwhile));
      const { privateKey } = await generated(true);
      const { kty, crv, x, y, d } = await crypto.subtle.exportKey('jwk', privateKey);
      const jwk = JSON.stringify({ kty, crv, x, y, d });
      await storage.write(jwk);
      return keyIn(JSON.parse(jwk));
    };
    return lockOf(storage).run(make, new AbortController().signal);
  };
}
