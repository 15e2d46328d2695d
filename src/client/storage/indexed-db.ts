import { webLock } from '../lock/web.js';
import type { BatonStorage } from '../storage.js';

/** What `indexedDbStorage` is told. */
export interface IndexedDbStorageOptions {
  /** The database's name. @default 'nestjs-baton' */
  readonly name?: string;
  /** The key in there. @default 'session' */
  readonly key?: string;
}

/** The part of the browser's API that is used; workers have the same. */
interface Scope {
  readonly indexedDB: { open(name: string): OpenRequest };
  readonly BroadcastChannel?: new (name: string) => Channel;
}

interface Request extends EventTarget {
  readonly result: unknown;
  readonly error: unknown;
}

interface OpenRequest extends Request {
  readonly result: Database;
}

interface Database {
  createObjectStore(name: string): unknown;
  transaction(
    store: string,
    mode: 'readonly' | 'readwrite',
    options: { readonly durability: 'strict' },
  ): Transaction;
  close(): void;
}

interface Transaction extends EventTarget {
  readonly error: unknown;
  objectStore(name: string): Store;
}

interface Store {
  get(key: string): Request;
  put(value: string, key: string): Request;
  delete(key: string): Request;
}

interface Channel extends EventTarget {
  postMessage(message: null): void;
  close(): void;
}

const STORE = 'session';

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
  const scope: Scope = Object(globalThis);
  const channelName = `nestjs-baton ${name} ${key}`;
  const { BroadcastChannel } = scope;

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
      const value = await inStore(scope, name, 'readonly', (store) => store.get(key));
      if (value === undefined || typeof value === 'string') return value ?? null;
      throw new TypeError('IndexedDB holds something else');
    },
    async write(value) {
      await inStore(scope, name, 'readwrite', (store) => store.put(value, key));
      tell();
    },
    async remove() {
      await inStore(scope, name, 'readwrite', (store) => store.delete(key));
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

/** Opened for each verb: a connection that is kept may be lost, and holds others' upgrades and deletions up. */
async function inStore(
  { indexedDB }: Scope,
  name: string,
  mode: 'readonly' | 'readwrite',
  verb: (store: Store) => Request,
): Promise<unknown> {
  const database = await opened(indexedDB.open(name));
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode, { durability: 'strict' });
      const request = verb(transaction.objectStore(STORE));
      transaction.addEventListener('complete', () => resolve(request.result));
      transaction.addEventListener('abort', () => reject(transaction.error));
    });
  } finally {
    database.close();
  }
}

function opened(request: OpenRequest): Promise<Database> {
  return new Promise((resolve, reject) => {
    request.addEventListener('upgradeneeded', () => request.result.createObjectStore(STORE));
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error));
  });
}
