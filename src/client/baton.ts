import type { TokenPairBody } from '../wire.js';
import { addressesOf } from './addresses.js';
import { type Credentials, createAuthApi, replies } from './auth-api.js';
import { authorizedFetch } from './authorized-fetch.js';
import type { BatonOptions } from './baton-options.js';
import { sessionIdIn } from './claims.js';
import { systemClock } from './clock.js';
import { type Cooldown, createCooldown } from './cooldown.js';
import { isBatonError } from './errors.js';
import {
  type BatonEvents,
  type BatonState,
  type Events,
  type Unsubscribe,
  createEvents,
} from './events.js';
import { exclusivelyBy } from './exclusive.js';
import { lockOf } from './lock.js';
import { createRefresh } from './refresh.js';
import { type Refresher, createRefresher } from './refresher.js';
import { type BatonRequestInit, replayable } from './replayable-request.js';
import { markOf } from './server-answer.js';
import { type SessionRequest, beginRequest } from './session-request.js';
import { type ShownState, createState } from './session-state.js';
import { type SessionStore, createSessionStore } from './session-store.js';
import { isGoodBy, tokenLeftMs } from './session.js';
import { createSignInAndOut } from './sign-in-and-out.js';
import { storedRecord } from './stored-record.js';
import { type Tidying, createTidying } from './tidying.js';
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
  const fetch: typeof globalThis.fetch = (...all) => (options.fetch ?? globalThis.fetch)(...all);
  let isDisposed = false;
  const isOver = () => isDisposed;
  const events = createEvents();
  const state = createState(options, events);
  const owner = () => ({ server: routes(), client: options.name ?? '' });
  const stored = storedRecord(storage, owner, isCookie, clock);
  const store = createSessionStore(stored, isCookie, state, events);
  const replyTo = replies(options.timeoutMs ?? 6000, errorCode, clock);
  const api = createAuthApi(routes, fetch, replyTo, isCookie, options.hmac);
  const [exclusively, free] = exclusivelyBy(options.lock ?? lockOf(storage), events, clock);
  const cooldown = createCooldown(clock, isOver);
  const isGood = isGoodBy(refreshAheadMs, clock);
  const refresh = createRefresh(store, api, exclusively, isGood, events, clock);
  const refresher = createRefresher(store, cooldown, refresh, isGood, events, clock);
  const tidying = createTidying(store, api, isCookie, exclusively, clock, isOver);
  const stops = lookAndListen(options, events, store, state, refresher, tidying, cooldown);
  const begin = (id = state.get().sessionId) => beginRequest(store, refresher, cooldown, clock, id);
  return {
    ...createSignInAndOut(store, api, storage, refresher, exclusively, tidying, isOver),
    async fetch(input, init = {}) {
      const replay = replayable(input, init, base(), fetch);
      if (replay.isAuthorized || !isTrusted(replay.url)) return replay.send();
      return authorizedFetch(replay, begin(), errorCode, state);
    },
    getAccessToken: (refused) =>
      begin(sessionIdIn(refused))
        .token(refused)
        .catch((error: unknown) => {
          // Nobody is signed in any more.
          if (isBatonError(error, 'session_changed') && !store.record.session) return null;
          throw error;
        }),
    tokenLeftMs: () => tokenLeftMs(store.record.session, clock.now()),
    beginRequest: () => begin(),
    async dispose() {
      isDisposed = true;
      stops.forEach((stop) => stop?.());
      free();
      await refresher.cancel();
    },
    on: events.on,
    subscribe: (listener) => events.on('changed', () => listener(state.get())),
    getState: state.get,
    isTrusted,
  };
}

/** @returns what ends the listening */
function lookAndListen(
  { storage, wakeOn = browserWakeUps }: BatonOptions,
  { on, clear }: Events,
  store: SessionStore,
  { settle }: ShownState,
  refresher: Refresher,
  { tidy, tidyLater, stop }: Tidying,
  { end }: Cooldown,
): ((() => void) | undefined)[] {
  if (storage.isMissing) return [clear];
  const look = async () => {
    const { session } = await store.load();
    // Whether there is a cookie only the server can tell.
    if (session && !session.session_id) await refresher.session();
    await tidy();
  };
  look().catch(() => settle());
  return [
    wakeOn(() => {
      end();
      void tidy();
      refresher.session().catch(() => {});
    }),
    storage.watch?.(() => store.load().catch(() => {})),
    on('storageFailed', tidyLater),
    stop,
    clear,
  ];
}
