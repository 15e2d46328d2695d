import type { TokenPairBody } from '../wire.js';
import { addressesOf } from './addresses.js';
import { type AuthApi, type Credentials, createAuthApi, createPost, replies } from './auth-api.js';
import { authorizedFetch } from './authorized-fetch.js';
import type { BatonOptions } from './baton-options.js';
import { sessionIdIn } from './claims.js';
import { systemClock } from './clock.js';
import { BatonError, isBatonError, ours } from './errors.js';
import {
  type BatonEvents,
  type BatonState,
  type Events,
  type Unsubscribe,
  createEvents,
} from './events.js';
import { exclusivelyBy } from './exclusive.js';
import { lockOf } from './lock.js';
import { Refresher } from './refresher.js';
import { type BatonRequestInit, replayable } from './replayable-request.js';
import { markOf } from './server-answer.js';
import { type SessionRequest, beginRequest } from './session-request.js';
import { SessionStore } from './session-store.js';
import { tokenLeftMs } from './session.js';
import { SignInAndOut } from './sign-in-and-out.js';
import type { BatonStorage } from './storage.js';
import { storedRecord } from './stored-record.js';
import { browserWakeUps } from './wake-ups.js';

/** Keeps somebody signed in. Its methods may be passed around on their own. */
export interface Baton<User = unknown> {
  /**
   * Opens a session, in place of one that was open.
   *
   * @throws BatonError `sign_in_failed` or `cookies_off`
   */
  readonly signIn: (credentials: Credentials) => Promise<void>;

  /**
   * The same with an answer that is fetched in another way, as that of a second factor, a passkey or a magic link. In
   * the cookie transport the request has to carry `X-Auth-Transport: cookie` and the browser's credentials.
   *
   * @throws BatonError `sign_in_failed` or `cookies_off`
   */
  readonly signInWith: (ask: () => Promise<Response>) => Promise<void>;

  /** The same with a pair that is there already. @throws BatonError `sign_in_failed` */
  readonly setSession: (pair: TokenPairBody) => Promise<void>;

  /**
   * `fetch` with the access token, which it renews and sends again where the server refuses it.
   * Signed out, it is `fetch`; so it is for other origins and for requests with an `Authorization` of their own.
   *
   * A request belongs to the session in which it was begun; once that is over it is sent no more.
   *
   * @throws BatonError `session_changed`, `refresh_failed`, `storage_unavailable`, `not_replayable` or `disposed`, and
   *   whatever `fetch` throws
   */
  readonly fetch: (input: string | URL | Request, init?: BatonRequestInit) => Promise<Response>;

  /**
   * An access token for where `fetch` does not reach, such as a socket; null when nobody is signed in.
   *
   * @param refused a token that the server has just refused: another one is wanted
   * @throws BatonError `session_changed`, where somebody else has signed in meanwhile, `refresh_failed`,
   *   `storage_unavailable` or `disposed`
   */
  readonly getAccessToken: (refused?: string) => Promise<string | null>;

  /** How long the server still takes the access token, as far as is known; 0 or less where there is none. Milliseconds. */
  readonly tokenLeftMs: () => number;

  /**
   * Ends the session here, whatever is under way, then tells the server: once now, and later again while
   * that fails. Never throws.
   */
  readonly signOut: () => Promise<void>;

  /** What `fetch` is made of, for requests that are sent in another way. */
  readonly beginRequest: () => SessionRequest;

  /** Ends listening, timers and tries; cancels a refresh under way and waits for its end. */
  readonly dispose: () => Promise<void>;

  /** Calls a listener on each such event, never while a lock is held. What it throws is shown, and ends nothing. */
  readonly on: <Name extends keyof BatonEvents>(
    name: Name,
    listener: (details: BatonEvents[Name]) => unknown,
  ) => Unsubscribe;

  /** Calls a listener whenever {@link getState} has changed. */
  readonly subscribe: (listener: (state: BatonState<User>) => unknown) => Unsubscribe;

  readonly getState: () => BatonState<User>;

  /** Whether requests to this address carry the access token. */
  readonly isTrusted: (address: string | URL) => boolean;
}

/** Makes the client of one server and one storage. */
export function createBaton<User = unknown>(options: BatonOptions<User>): Baton<User> {
  const { storage, errorCode = markOf, clock = systemClock, refreshAheadMs = 30_000 } = options;
  const { base, routes, isTrusted } = addressesOf(options);
  const isCookie = storage.transport === 'cookie';
  // Looked up at each call, as somebody may put another in its place.
  const fetch: typeof globalThis.fetch = (input, init) =>
    (options.fetch ?? globalThis.fetch)(input, init);
  const events = createEvents();
  const owner = () => ({ server: routes(), client: options.name ?? '' });
  const store = new SessionStore(storedRecord(storage, owner, isCookie, clock), options, events);
  const replyTo = replies(options.timeoutMs ?? 6000, errorCode, clock);
  const post = createPost(routes, isCookie, fetch, replyTo);
  const api = createAuthApi(post, replyTo, isCookie, options.hmac);
  const exclusively = exclusivelyBy(options.lock ?? lockOf(storage), events, clock);
  const refresher = new Refresher(store, api, events, exclusively, clock, refreshAheadMs);
  const signInAndOut = new SignInAndOut(store, isCookie, api, refresher, exclusively, clock);
  const stops = storage.isMissing
    ? []
    : lookAndListen(options, events, store, refresher, signInAndOut);
  const begin = (sessionId = store.state.sessionId) =>
    beginRequest(store, refresher, clock, sessionId);

  return {
    ...signIns(signInAndOut, api, storage),
    async fetch(input, init = {}) {
      const replay = replayable(input, init, base(), fetch);
      if (replay.isAuthorized || !isTrusted(replay.url)) return replay.send();
      return authorizedFetch(replay, begin(), errorCode, store);
    },
    getAccessToken: (refused) =>
      begin(sessionIdIn(refused))
        .token(refused)
        .catch((error: unknown) => {
          if (isBatonError(error, 'session_changed') && !store.record.session) return null;
          throw error;
        }),
    tokenLeftMs: () => tokenLeftMs(store.record.session, clock.now()),
    beginRequest: () => begin(),
    signOut: () => signInAndOut.signOut(),
    async dispose() {
      stops.forEach((stop) => stop?.());
      events.clear();
      await refresher.stop();
    },
    on: events.on,
    subscribe: (listener) => events.on('changed', () => listener(store.state)),
    getState: () => store.state,
    isTrusted,
  };
}

/** The ways to sign in. */
function signIns(
  signInAndOut: SignInAndOut,
  api: AuthApi,
  { isMissing }: BatonStorage,
): Pick<Baton, 'signIn' | 'signInWith' | 'setSession'> {
  const signInWith = async (ask: () => Promise<Response>) =>
    signIn(() => signInAndOut.signInWith(ask));
  const signIn = async (open: () => Promise<void>) => {
    if (isMissing) throw new BatonError('storage_missing');
    return open().catch((cause: unknown) => {
      throw ours('sign_in_failed', cause);
    });
  };
  return {
    signIn: (credentials) => signIn(() => signInAndOut.signIn(() => api.signIn(credentials))),
    signInWith,
    setSession: (pair) => signInWith(async () => new Response(JSON.stringify(pair))),
  };
}

/** @returns what ends the listening */
function lookAndListen(
  { storage, wakeOn = browserWakeUps }: BatonOptions,
  events: Events,
  store: SessionStore,
  refresher: Refresher,
  signInAndOut: SignInAndOut,
): ((() => void) | undefined)[] {
  const look = async () => {
    const { session } = await store.load();
    // Whether there is a cookie only the server can tell.
    if (session && !session.session_id) await refresher.session();
    await signInAndOut.tidy();
  };
  look().catch(() => store.settle());
  return [
    wakeOn(() => {
      refresher.wake();
      void signInAndOut.tidy();
      refresher.session().catch(() => {});
    }),
    storage.watch?.(() => store.load().catch(() => {})),
    events.on('storageFailed', () => signInAndOut.tidyLater()),
    () => signInAndOut.stop(),
  ];
}
