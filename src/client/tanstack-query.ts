import type { Baton } from './baton.js';
import { isBatonError } from './errors.js';
import type { Unsubscribe } from './events.js';

/** The part of a `QueryClient` of TanStack Query that is used. */
export interface QueryClientLike {
  resetQueries(): Promise<unknown>;
  getMutationCache(): { clear(): void };
}

/**
 * Forgets what was fetched as somebody else. When somebody signs out, or in, every query starts anew: what it has goes,
 * what it waits for is dropped, and those that are looked at are asked again.
 */
export function followSession(client: QueryClientLike, baton: Baton): Unsubscribe {
  let before = baton.getState();
  return baton.subscribe((state) => {
    const { status, sessionId } = before;
    before = state;
    // What was asked before the first look belongs to whom that finds.
    if (status === 'unknown' || sessionId === state.sessionId) return;
    client.getMutationCache().clear();
    // What a query rejects with is its observers' affair.
    client.resetQueries().catch(() => {});
  });
}

const MOST_RETRIES = 3;

/** For the option `retry` of queries: three times, and never what the client has given up for good. */
export function retryUnlessOver(failures: number, error: unknown): boolean {
  const isOver =
    isBatonError(error, 'session_changed') ||
    isBatonError(error, 'not_replayable') ||
    isBatonError(error, 'disposed');
  return failures < MOST_RETRIES && !isOver;
}
