import type { BatonClock } from './clock.js';
import type { Cooldown } from './cooldown.js';
import { ours } from './errors.js';
import type { Events } from './events.js';
import type { Refresh } from './refresh.js';
import type { SessionStore } from './session-store.js';
import { type IsGood, type Session, isTaken } from './session.js';

/** Knows the session's access token, and gets the next one when there is need. */
export interface Refresher {
  /**
   * @param refused an access token that a server has just refused: another one is wanted
   * @returns null when nobody is signed in
   * @throws BatonError `storage_unavailable`, `storage_in_use`, `refresh_failed` or `disposed`
   */
  readonly session: (refused?: string) => Promise<Session | null>;
  /** Cancels a refresh under way. @returns when it is over; whatever waits for its turn need not wait for that */
  readonly cancel: () => Promise<unknown>;
}

/** @param isGood whether the access token needs no replacement */
export function createRefresher(
  store: SessionStore,
  cooldown: Cooldown,
  refresh: Refresh,
  isGood: IsGood,
  { emit }: Events,
  clock: BatonClock,
): Refresher {
  let controller: AbortController | undefined;
  /** The refresh, and what its callers wait for, which may be the one after it. */
  let request: Promise<unknown> | undefined;
  let underWay: Promise<Session | null> | undefined;

  const session = async (refused?: string): Promise<Session | null> => {
    let known = store.record.session;
    if (!known || !isGood(known, refused)) known = (await store.load()).session;
    if (!known || isGood(known, refused)) return known;
    const isUsable = isTaken(known, clock.now(), refused);
    const why = cooldown.why();
    if (!why) underWay ??= start(refused);
    if (!isUsable) return underWay ?? Promise.reject(why);
    underWay?.catch(() => {});
    return known;
  };

  const start = async (refused?: string): Promise<Session | null> => {
    const { signal } = (controller = new AbortController());
    const result = refresh(refused, signal).finally(() => (underWay = undefined));
    request = result.catch(() => {});
    try {
      const next = await result;
      cooldown.noteRefreshed();
      return next;
    } catch (cause) {
      if (signal.aborted) return session(refused);
      const error = ours('refresh_failed', cause);
      cooldown.start(error);
      emit('refreshFailed', { error });
      throw error;
    }
  };

  return {
    session,
    async cancel() {
      controller?.abort();
      cooldown.end();
      await request;
    },
  };
}
