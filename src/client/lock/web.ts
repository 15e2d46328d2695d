import { type BatonLock, inTurn } from '../lock.js';

/** The part of the Web Locks API that is used. */
interface WebLocks {
  request<Result>(
    name: string,
    options: { readonly signal: AbortSignal },
    task: () => Promise<Result>,
  ): Promise<Result>;
}

/** Where there are no Web Locks, the tabs are left to the server's grace period and each has a queue. */
const fallback: BatonLock = { run: inTurn() };

/** The browser's locks; undefined before Safari 15.4, on plain HTTP and elsewhere than in a browser. */
export function webLocks(): WebLocks | undefined {
  return Object(globalThis).navigator?.locks;
}

/**
 * The browser's own lock across the tabs and workers of an origin; it is free when its tab is gone. Where there is
 * none, the server gives tabs that race the same tokens.
 *
 * @see https://w3c.github.io/web-locks/
 */
export function webLock(name: string): BatonLock {
  const locks = webLocks();
  return locks ? { run: (task, signal) => locks.request(name, { signal }, task) } : fallback;
}
