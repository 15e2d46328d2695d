import type { TokenPairBody } from '../wire.js';
import type { AuthApi, Credentials } from './auth-api.js';
import { BatonError, ours } from './errors.js';
import type { Exclusively } from './exclusive.js';
import { newSecret } from './idempotency-key.js';
import type { Refresher } from './refresher.js';
import type { SessionStore } from './session-store.js';
import type { Session } from './session.js';
import type { BatonStorage } from './storage.js';
import type { Tidying } from './tidying.js';

/** Opens and ends sessions. */
export interface SignInAndOut {
  readonly signIn: (credentials: Credentials) => Promise<void>;
  readonly signInWith: (ask: () => Promise<Response>) => Promise<void>;
  readonly setSession: (pair: TokenPairBody) => Promise<void>;
  /** Never throws. */
  readonly signOut: () => Promise<void>;
}

/** @param isOver whether a sign-in under way comes to nothing */
export function createSignInAndOut(
  store: SessionStore,
  api: AuthApi,
  { isMissing, transport }: BatonStorage,
  { cancel }: Refresher,
  exclusively: Exclusively,
  { tell, tidy }: Tidying,
  isOver: () => boolean,
): SignInAndOut {
  const isCookie = transport === 'cookie';
  /** Sign-outs so far: one that comes while somebody signs in has the last word. */
  let signOuts = 0;

  const open = (ask: () => Promise<Session>, before: number): Promise<void> => {
    void cancel();
    // Inside the lock, so that nobody refreshes the session that is replaced while its successor is on its way.
    return exclusively(async () => {
      // A cookie's session cannot be ended by it any more once the next one has taken its place.
      if (isCookie) await tell();
      const pair = await ask();
      if (isOver()) {
        await api.signOut(pair);
        throw new BatonError('disposed');
      }
      await replace(store, { ...pair, secret: newSecret() }, isCookie);
      if (before !== signOuts) store.leave('sign_out');
      // What was refused meanwhile was another session's.
      void cancel();
      void tidy();
      if (!store.record.session) throw new BatonError('sign_in_failed');
    });
  };

  const signInWith = (ask: () => Promise<Response>) =>
    signing(isMissing, async (before = signOuts) => {
      // Outside the lock: it may take a person's time, and send requests in the session that is to be replaced.
      await cancel();
      const response = await ask();
      await open(() => api.sessionIn(response), before);
    });

  return {
    signIn: (credentials) =>
      signing(isMissing, () => open(() => api.signIn(credentials), signOuts)),
    signInWith,
    setSession: (pair) => signInWith(async () => new Response(JSON.stringify(pair))),
    async signOut() {
      signOuts += 1;
      if (!store.record.session) await store.load().catch(() => {});
      store.leave('sign_out');
      void cancel();
      await Promise.all([exclusively(() => store.update(() => false)), tidy()]);
    },
  };
}

/** @throws BatonError, whatever `sign` throws */
async function signing(isMissing: boolean | undefined, sign: () => Promise<void>): Promise<void> {
  try {
    if (isMissing) throw new BatonError('storage_missing');
    await sign();
  } catch (cause) {
    throw ours('sign_in_failed', cause);
  }
}

/** Puts a session in the place of the one before it. */
async function replace(store: SessionStore, session: Session, isCookie: boolean): Promise<void> {
  await store.load().catch(() => {});
  store.leave('elsewhere', session.session_id);
  await store.update(({ ended }) => ({ session, ended: isCookie ? [] : ended, over: undefined }));
}
