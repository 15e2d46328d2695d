import { webLock } from '../lock/web.js';
import { inStore } from '../object-store.js';
import type { BatonStorage } from '../storage.js';

/** What `indexedDbStorage` is told. */
export interface IndexedDbStorageOptions {
  /** The database's name. @default 'nestjs-baton' */
  readonly name?: string | undefined;
  /** The key in there. @default 'session' */
  readonly key?: string | undefined;
}

/** What workers have as well. */
interface Scope {
  readonly BroadcastChannel?: new (name: string) => Channel;
}

interface Channel extends EventTarget {
  postMessage(message: null): void;
  close(): void;
}

/**
 * Keeps the session in IndexedDB, where every script of the origin can read it, pages and workers alike. A write is
 * done when it is on the disk (`durability: 'strict'`), which a browser that is killed cannot undo.
 *
 * @see https://w3c.github.io/IndexedDB/#transaction-durability-hint
 */
export function indexedDbStorage({
  name = 'nestjs-baton',
  key = 'session',
}: IndexedDbStorageOptions = {}): BatonStorage {
  const channelName = `nestjs-baton ${name} ${key}`;
  const { BroadcastChannel }: Scope = Object(globalThis);

  const tell = () => {
    if (!BroadcastChannel) return;
    const channel = new BroadcastChannel(channelName);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has none
    channel.postMessage(null);
    channel.close();
  };

  return {
    isMissing: !('indexedDB' in globalThis),
    async read() {
      const value = await inStore(name, 'readonly', (store) => store.get(key));
      if (value === undefined || typeof value === 'string') return value ?? null;
      throw new TypeError('IndexedDB holds something else');
    },
    async write(value) {
      await inStore(name, 'readwrite', (store) => store.put(value, key));
      tell();
    },
    async remove() {
      await inStore(name, 'readwrite', (store) => store.delete(key));
      tell();
    },
    lock: webLock(channelName),
    watch(listener) {
      if (!BroadcastChannel) return () => {};
      const channel = new BroadcastChannel(channelName);
      channel.addEventListener('message', listener);
      return () => channel.close();
    },
  };
}
