import type { AuthApi } from './auth-api.js';
import { createCooldown } from './cooldown.js';
import { BatonError } from './errors.js';
import type { Events } from './events.js';
import type { Exclusively } from './exclusive.js';
import type { SessionStore } from './session-store.js';
import { unlessAborted } from './retry.js';
import { type Session, isAlive, isFresh } from './session.js';

/** Knows the session's access token, and gets the next one when there is need. */
export interface Refresher {
  /**
   * @param refused an access token that a server has just refused: another one is wanted
   * @returns null when nobody is signed in; the refused one itself while another would fare no better
   * @throws BatonError `storage_unavailable` or `refresh_failed`
   */
  session(refused?: string): Promise<Session | null>;
  /** Ends a refresh under way; its callers find what the store has by then. */
  abort(): void;
  /** Ends a cooldown: the network, or the user, is back. */
  wake(): void;
  /** A token was refused as soon as it was issued. */
  distrust(session: Session): void;
}

/** @param aheadMs how long before its end an access token is replaced */
export function createRefresher(
  store: SessionStore,
  api: AuthApi,
  events: Events,
  exclusively: Exclusively,
  aheadMs: number,
): Refresher {
  const cooldown = createCooldown();
  let underWay: Promise<Session | null> | undefined;
  let controller = new AbortController();
  let distrusted: Session | undefined;

  const isGood = (session: Session, refused?: string) =>
    session.access_token !== refused && isFresh(session, aheadMs);

  /** Runs inside the lock: looks whether somebody else was faster, asks the server, stores, and only then uses. */
  const handOn = async (signal: AbortSignal, refused?: string): Promise<Session | null> => {
    const { session } = await store.load();
    if (!session || signal.aborted || isGood(session, refused)) return session;
    const { ending, pair } = await unlessAborted(signal, api.refresh(session, signal));
    const next = pair ? { ...pair, secret: session.secret } : null;
    const { session: stored } = await store.update(
      (record) => (isSame(record.session, session) ? { ...record, session: next } : record),
      ending,
    );
    if (next && stored === next) events.emit('refreshed', { sessionId: next.session_id });
    cooldown.end();
    return stored;
  };

  const refresh = async (refused?: string): Promise<Session | null> => {
    const why = cooldown.why();
    if (why) throw why;
    const { signal } = controller;
    underWay ??= exclusively(() => handOn(signal, refused))
      .catch((error: BatonError) => {
        if (signal.aborted) return store.record?.session ?? null;
        if (error.code === 'refresh_failed') cooldown.start(error);
        throw error;
      })
      .finally(() => (underWay = undefined));
    return underWay;
  };

  return {
    async session(refused) {
      let session = store.record?.session;
      if (session && isGood(session, refused)) return session;
      ({ session } = await store.load());
      if (!session || isGood(session, refused)) return session;
      if (session === distrusted && cooldown.why()) return session;

      const next = refresh(refused);
      if (session.access_token !== refused && isAlive(session)) {
        next.catch(() => {});
        return session;
      }
      return next;
    },
    abort() {
      controller.abort();
      controller = new AbortController();
      cooldown.end();
    },
    wake: cooldown.end,
    distrust(session) {
      distrusted = session;
      cooldown.start(new BatonError('refresh_failed'));
    },
  };
}

/** In the cookie transport neither has a token to compare. */
function isSame(now: Session | null, before: Session): boolean {
  return now?.session_id === before.session_id && now.refresh_token === before.refresh_token;
}
