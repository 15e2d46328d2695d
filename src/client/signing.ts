import type { AuthApi, Credentials } from './auth-api.js';
import { rethrow } from './errors.js';
import type { Exclusively } from './exclusive.js';
import { newSecret } from './idempotency-key.js';
import { inTurn } from './lock.js';
import type { Refresher } from './refresher.js';
import type { SessionStore } from './session-store.js';
import type { EndedSession, SessionRecord } from './session.js';

/** Between tries, and up to as much again. */
const PAUSE_MS = 5000;

/** Opens and ends sessions, and does later what could not be done at once. */
export interface Signing {
  readonly signIn: (credentials: Credentials) => Promise<void>;
  readonly signOut: () => Promise<void>;
  /** Tells the server of ended sessions and writes what could not be written. Never throws; tries again later. */
  readonly tidy: () => Promise<void>;
  /** Tidies after a pause; the timer holds no process open. */
  readonly tidyLater: () => void;
  readonly stop: () => void;
}

export function createSigning(
  store: SessionStore,
  isCookie: boolean,
  api: AuthApi,
  refresher: Refresher,
  exclusively: Exclusively,
): Signing {
  const oneByOne = inTurn();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const tidyOnce = async () => {
    const gone = store.record.ended;
    if (gone.length || store.isUnsaved) {
      const untold: EndedSession[] = [];
      for (const ended of gone) if (!(await api.signOut(ended))) untold.push(ended);
      await exclusively(() => store.update((record) => settled(record, gone, untold))).catch(
        () => {},
      );
      if (untold.length || store.isUnsaved) return signing.tidyLater();
    }
  };

  const signing: Signing = {
    async signIn(credentials) {
      // A cookie's session must not be ended after the next one has taken its place.
      if (isCookie) await signing.tidy();
      const pair = await api.signIn(credentials).catch(rethrow('sign_in_failed'));
      const session = { ...pair, secret: newSecret() };
      refresher.abort();
      await exclusively(() =>
        store.update((record) => ({ session, ended: isCookie ? [] : endedOf(record) })),
      );
      void signing.tidy();
    },
    async signOut() {
      refresher.abort();
      await store.update((record) => ({ session: null, ended: endedOf(record) }), {
        reason: 'sign_out',
      });
      await signing.tidy();
    },
    tidy: () => oneByOne(tidyOnce),
    tidyLater() {
      signing.stop();
      timer = setTimeout(() => void signing.tidy(), PAUSE_MS * (1 + Math.random()));
      timer.unref?.();
    },
    stop: () => clearTimeout(timer),
  };
  return signing;
}

/** What the server is to be told once the record's session is over. */
function endedOf({ session, ended }: SessionRecord): readonly EndedSession[] {
  if (!session) return ended;
  const { session_id, refresh_token } = session;
  return [...ended, { session_id, refresh_token }];
}

/** A refresh of another process may have brought a session back while it was being ended: it goes again. */
function settled(
  { session, ended }: SessionRecord,
  gone: readonly EndedSession[],
  untold: readonly EndedSession[],
): SessionRecord {
  const isLeft = ({ session_id: id }: EndedSession) => gone.every((one) => one.session_id !== id);
  return {
    session: session && isLeft(session) ? session : null,
    ended: [...ended.filter(isLeft), ...untold],
  };
}
