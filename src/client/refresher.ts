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
   * @returns null when nobody is signed in
   * @throws BatonError `storage_unavailable` or `refresh_failed`
   */
  readonly session: (refused?: string) => Promise<Session | null>;
  /** Ends a refresh under way; its callers find what the store has by then. */
  readonly abort: () => void;
  /** Ends a cooldown: the network, or the user, is back. */
  readonly wake: () => void;
  /** A token was refused as soon as it was issued: for a while another one would fare no better. */
  readonly distrust: () => void;
}

/** What a refresher works with. */
export interface RefresherParts {
  readonly store: SessionStore;
  readonly api: AuthApi;
  readonly events: Events;
  readonly exclusively: Exclusively;
  /** How long before its end an access token is replaced. */
  readonly refreshAheadMs: number;
}

export function createRefresher(parts: RefresherParts): Refresher {
  const { store, events, exclusively, refreshAheadMs } = parts;
  const cooldown = createCooldown();
  events.on('refreshed', cooldown.end);
  let underWay: Promise<Session | null> | undefined;
  let controller: AbortController | undefined;

  const isGood = (session: Session, refused?: string) =>
    session.access_token !== refused && isFresh(session, refreshAheadMs);

  const start = (refused?: string): Promise<Session | null> => {
    controller = new AbortController();
    const { signal } = controller;
    return exclusively(() => handOn(parts, signal, (session) => isGood(session, refused)))
      .finally(() => (underWay = undefined))
      .catch((error: BatonError) => {
        if (signal.aborted) return store.record.session;
        if (error.code === 'refresh_failed') cooldown.start(error);
        throw error;
      });
  };

  const refresh = async (refused?: string): Promise<Session | null> => {
    const why = cooldown.why();
    if (why) throw why;
    return (underWay ??= start(refused));
  };

  return {
    async session(refused) {
      let { session } = store.record;
      if (!session || !isGood(session, refused)) ({ session } = await store.load());
      if (!session || isGood(session, refused)) return session;
      const next = refresh(refused);
      if (session.access_token === refused || !isAlive(session)) return next;
      next.catch(() => {});
      return session;
    },
    abort() {
      controller?.abort();
      cooldown.end();
    },
    wake: cooldown.end,
    distrust: () => cooldown.start(new BatonError('refresh_failed')),
  };
}

/** Runs inside the lock: looks whether somebody else was faster, asks the server, stores, and only then uses. */
async function handOn(
  { store, api, events }: RefresherParts,
  signal: AbortSignal,
  isGood: (session: Session) => boolean,
): Promise<Session | null> {
  const { session } = await store.load();
  if (!session || signal.aborted || isGood(session)) return session;
  const answer = await unlessAborted(signal, api.refresh(session, signal));
  const [next, ending] = 'reason' in answer ? [null, answer] : [{ ...session, ...answer }];
  // It is the same object unless the storage has changed meanwhile: somebody signed out.
  const { session: stored } = await store.update(
    (record) => (record.session === session ? { ...record, session: next } : record),
    ending,
  );
  if (next && stored === next) events.emit('refreshed', { sessionId: next.session_id });
  return stored;
}
