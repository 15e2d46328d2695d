import { ATTEMPTS, type Credentials, createAuthApi } from './auth-api.js';
import { authorizedFetch } from './authorized-fetch.js';
import { type BatonEvents, type BatonState, type Unsubscribe, createEvents } from './events.js';
import { exclusivelyBy } from './exclusive.js';
import { type BatonLock, inTurn } from './lock.js';
import { createRefresher } from './refresher.js';
import { type BatonRequestInit, replayable, resolved } from './replayable-request.js';
import { createSessionStore } from './session-store.js';
import { createSigning } from './signing.js';
import type { BatonStorage } from './storage.js';
import { type WakeUps, browserWakeUps } from './wake-ups.js';

/** What the storage may take of the lock's time, above what the server takes. */
const STORAGE_TIME_MS = 12_000;

/** What `createBaton` is told. */
export interface BatonOptions {
  /** Where the server is, with the path it is mounted under. Relative addresses are appended to it. */
  readonly baseUrl: string;
  /** Where the session is kept. */
  readonly storage: BatonStorage;
  /**
   * What excludes other tabs or processes on the same storage.
   *
   * @default the storage's own, else one for this process
   */
  readonly lock?: BatonLock;
  /** Where the server's routes are, under `baseUrl`; `''` for none. @default '/auth' */
  readonly routePrefix?: string;
  /** The origins that may see the access token. @default the one of `baseUrl` */
  readonly origins?: readonly string[];
  /** How long before its end an access token is replaced; at most a quarter of its life. @default 30_000 */
  readonly refreshAheadMs?: number;
  /** How long one attempt at the server may take; shorter than the server's grace period. @default 6_000 */
  readonly timeoutMs?: number;
  /** What sends requests. @default the global fetch */
  readonly fetch?: typeof globalThis.fetch;
  /**
   * Calls back when the application comes to life again, such as React Native's `AppState`.
   *
   * @default visibility and network of a browser's page
   */
  readonly wakeOn?: WakeUps;
}

/** Keeps somebody signed in. Its methods may be passed around on their own. */
export interface Baton {
  /**
   * Opens a session, in place of one that was open.
   *
   * @throws BatonError `sign_in_failed`
   */
  readonly signIn: (credentials: Credentials) => Promise<void>;

  /**
   * `fetch` with the access token, which it renews and sends again where the server refuses it.
   * Signed out, it is `fetch`; so it is for other origins and for requests with an `Authorization` of their own.
   *
   * @throws BatonError `refresh_failed`, `storage_unavailable` or `not_replayable`, and whatever `fetch` throws
   */
  readonly fetch: (input: string | URL | Request, init?: BatonRequestInit) => Promise<Response>;

  /**
   * An access token for where `fetch` does not reach, such as a socket; null when nobody is signed in.
   *
   * @param refused a token that the server has just refused: another one is wanted
   * @throws BatonError `refresh_failed` or `storage_unavailable`
   */
  readonly getAccessToken: (refused?: string) => Promise<string | null>;

  /**
   * Ends the session here, whatever is under way, then tells the server: once now, and later again while
   * that fails. Never throws.
   */
  readonly signOut: () => Promise<void>;

  /** Stops listening and timers. A refresh under way still stores what it gets. */
  readonly dispose: () => void;

  /** Calls a listener on each such event, never while a lock is held. */
  readonly on: <Name extends keyof BatonEvents>(
    name: Name,
    listener: (details: BatonEvents[Name]) => void,
  ) => Unsubscribe;

  /** Calls a listener whenever {@link getState} has changed. */
  readonly subscribe: (listener: (state: BatonState) => void) => Unsubscribe;

  readonly getState: () => BatonState;

  /** Whether requests to this address carry the access token. */
  readonly isTrusted: (address: string | URL) => boolean;
}

/** Makes the client of one server and one storage. */
export function createBaton(options: BatonOptions): Baton {
  const { storage, routePrefix = '/auth', timeoutMs = 6000, refreshAheadMs = 30_000 } = options;
  const {
    fetch = globalThis.fetch,
    wakeOn = browserWakeUps,
    lock = storage.lock ?? { run: inTurn() },
  } = options;
  const baseUrl = options.baseUrl.replace(/\/*$/, '/');
  const routes = resolved(`${routePrefix}/`, baseUrl).href;
  const origins = (options.origins ?? [baseUrl]).map((url) => new URL(url).origin);
  const isTrusted = (address: string | URL) => origins.includes(resolved(address, baseUrl).origin);

  const isCookie = storage.transport === 'cookie';
  const longestWaitMs = ATTEMPTS * timeoutMs + STORAGE_TIME_MS;
  const events = createEvents();
  const exclusively = exclusivelyBy(lock, events, longestWaitMs);
  const store = createSessionStore(storage, isCookie, events);
  const api = createAuthApi(routes, isCookie, timeoutMs, fetch);
  const refresher = createRefresher({ store, api, events, exclusively, refreshAheadMs });
  const signing = createSigning(store, isCookie, api, refresher, exclusively);

  const stops = [
    wakeOn(() => {
      refresher.wake();
      void signing.tidy();
      refresher.session().catch(() => {});
    }),
    storage.watch?.(() => store.load().catch(() => {})),
    events.on('storageFailed', signing.tidyLater),
    signing.stop,
  ];
  store.load().then(signing.tidy, () => {});

  return {
    signIn: signing.signIn,
    fetch: async (input, init = {}) => {
      const replay = replayable(input, init, baseUrl);
      const { url, headers } = replay.request;
      if (!isTrusted(url) || headers.has('authorization')) return fetch(await replay.copy());
      return authorizedFetch(replay, refresher, fetch);
    },
    getAccessToken: async (refused) => (await refresher.session(refused))?.access_token ?? null,
    signOut: signing.signOut,
    dispose: () => stops.forEach((stop) => stop?.()),
    on: events.on,
    subscribe: (listener) => events.on('changed', listener),
    getState: () => store.state,
    isTrusted,
  };
}
