import { webLock } from '../lock/web.js';
import { type Request, type Store, inStore } from '../object-store.js';
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
  const channelTo = () => BroadcastChannel && new BroadcastChannel(channelName);

  const change = async (verb: (store: Store) => Request) => {
    await inStore(name, 'readwrite', verb);
    const channel = channelTo();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has none
    channel?.postMessage(null);
    channel?.close();
  };

  return {
    isMissing: !('indexedDB' in globalThis),
    async read() {
      const value = await inStore(name, 'readonly', (store) => store.get(key));
      if (value === undefined || typeof value === 'string') return value ?? null;
      throw SyntaxError();
    },
    write: (value) => change((store) => store.put(value, key)),
    remove: () => change((store) => store.delete(key)),
    lock: webLock(channelName),
    watch(listener) {
      const channel = channelTo();
      channel?.addEventListener('message', listener);
      return () => channel?.close();
    },
  };
}
