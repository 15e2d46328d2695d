import { MOST_REPLAYS } from './bounds.js';
import type { BatonClock } from './clock.js';
import type { Cooldown } from './cooldown.js';
import { BatonError } from './errors.js';
import type { Refresher } from './refresher.js';
import type { SessionStore } from './session-store.js';
import { type Session, isAlive } from './session.js';

/**
 * One request of whatever kind, from its beginning to its last replay. It belongs to the session in which it was begun
 * and is never sent in the name of somebody else.
 */
export interface SessionRequest {
  /**
   * The access token to send with; null when nobody was signed in.
   *
   * @param refused a token that has been refused before the request was begun
   * @throws BatonError `session_changed`, `refresh_failed`, `storage_unavailable` or `disposed`
   */
  readonly token: (refused?: string) => Promise<string | null>;

  /**
   * To be told of each answer.
   *
   * @param isRefused whether the guard of a route refused the token
   * @returns whether to send again, with the next {@link token}
   * @throws BatonError `refresh_failed`, `storage_unavailable` or `disposed`
   */
  readonly isToBeRepeated: (isRefused: boolean) => Promise<boolean>;
}

/** @param sessionId whose it is; null while nobody is known */
export function beginRequest(
  store: SessionStore,
  refresher: Refresher,
  cooldown: Cooldown,
  clock: BatonClock,
  sessionId: string | null,
): SessionRequest {
  let session: Session | null | undefined;
  let replays = 0;

  const begin = async (refused?: string): Promise<Session | null> => {
    // Nobody is known: the first look is a part of the beginning. Of a cookie's session even that knows no id.
    const owner = sessionId ?? (await store.load()).session?.session_id;
    const found = await refresher.session(refused);
    if (owner && found?.session_id !== owner) throw new BatonError('session_changed');
    return found;
  };

  /** Whether it was refused as soon as it was issued. */
  const isRejected = (last: Session) =>
    replays === MOST_REPLAYS || (!!replays && isAlive(last, clock.now()));

  return {
    async token(refused) {
      session ??= await begin(refused);
      return session?.access_token ?? null;
    },
    async isToBeRepeated(isRefused) {
      if (!session) return false;
      if (!isRefused) {
        cooldown.noteAccepted(session);
        return false;
      }
      const { session_id: id, access_token: token } = session;
      // Whoever is signed in by now, it says nothing of theirs.
      if (store.record.session?.session_id !== id) return false;
      if (cooldown.isRejecting(isRejected(session) && token)) return false;
      const next = await refresher.session(token);
      if (next?.session_id !== id || next.access_token === token) return false;
      session = next;
      replays += 1;
      return true;
    },
  };
}
