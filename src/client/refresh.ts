import { type AuthApi, isPassing } from './auth-api.js';
import { PATIENCE_MS } from './bounds.js';
import type { BatonClock } from './clock.js';
import { BatonError } from './errors.js';
import type { Events } from './events.js';
import type { Exclusively, Keep } from './exclusive.js';
import { retry } from './retry.js';
import type { SessionStore } from './session-store.js';
import { type IsGood, type Session, isSame } from './session.js';

/**
 * Refreshes, in as many attempts as that may take.
 *
 * @param refused an access token that a server has just refused
 * @param signal cancels it
 * @returns the session as it is then, which somebody else may have refreshed
 * @throws BatonError `storage_unavailable`, `storage_in_use` or `refresh_failed`, and what the network throws
 */
export type Refresh = (refused: string | undefined, signal: AbortSignal) => Promise<Session | null>;

export function createRefresh(
  store: SessionStore,
  api: AuthApi,
  exclusively: Exclusively,
  isGood: IsGood,
  { emit }: Events,
  clock: BatonClock,
): Refresh {
  /** Inside the lock: looks whether somebody else was faster, asks the server, stores, and only then uses. */
  const refreshOnce = async (
    refused: string | undefined,
    signal: AbortSignal,
    keep: Keep,
    oldMs = PATIENCE_MS,
  ): Promise<Session | null> => {
    const beganMs = clock.now();
    const { session } = await store.load();
    if (!session || isGood(session, refused)) return session;
    if (signal.aborted) throw signal;
    // A token that cannot be replaced in the storage must not be presented by two: whoever holds the lock keeps it, and
    // the others do without.
    if (!(await store.takesWrites()) && !keep()) throw new BatonError('storage_in_use');
    // Once: a storage may take as long each time.
    if (clock.now() - beganMs > oldMs) return refreshOnce(refused, signal, keep, Infinity);
    const change = await api.refresh(session, signal);
    // Somebody may have signed out meanwhile, or, where the lock was not to be had, refreshed.
    const { session: stored } = await store.update(
      (record) => isSame(record.session, session) && change,
    );
    if (stored && stored === change.session) emit('refreshed', { sessionId: stored.session_id });
    return stored;
  };

  return (refused, signal) =>
    exclusively((keep) =>
      // Each attempt reads anew: a tab that was frozen would present what others have spent meanwhile.
      retry(
        clock,
        () => refreshOnce(refused, signal, keep),
        (error) => !signal.aborted && isPassing(error),
      ),
    );
}
