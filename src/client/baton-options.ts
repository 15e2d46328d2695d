import type { Claims } from './claims.js';
import type { BatonClock } from './clock.js';
import type { BatonHmac } from './idempotency-key.js';
import type { BatonLock } from './lock.js';
import type { ReadErrorCode } from './server-answer.js';
import type { BatonStorage } from './storage.js';
import type { WakeUps } from './wake-ups.js';

/** What `createBaton` is told. */
export interface BatonOptions<User = unknown> {
  /**
   * Where the server is, with the path it is mounted under; `''` or a path are the page's own server. Relative
   * addresses of requests are appended to it.
   */
  readonly baseUrl: string;
  /** Where the session is kept. */
  readonly storage: BatonStorage;
  /** Sets sessions on one storage and one server apart, as those of two applications of one origin. @default '' */
  readonly name?: string | undefined;
  /**
   * What excludes other tabs or processes on the same storage.
   *
   * @default the storage's own, else one for this process
   */
  readonly lock?: BatonLock | undefined;
  /** Where the server's routes are, under `baseUrl`; `''` for none. @default '/auth' */
  readonly routePrefix?: string | undefined;
  /** The origins that may see the access token. @default the one of `baseUrl` */
  readonly origins?: readonly string[] | undefined;
  /** How long before its end an access token is replaced; at most a quarter of its life. @default 30_000 */
  readonly refreshAheadMs?: number | undefined;
  /**
   * How long one attempt at the server may take, the reading of its answer included; shorter than the server's grace
   * period. @default 6_000
   */
  readonly timeoutMs?: number | undefined;
  /** What sends requests; it is given an address, never a `Request`. @default the global fetch of the moment */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /**
   * Makes the user of the state from the claims of the access token. They are the server's word, unchecked: for what is
   * shown, not for what is allowed. @default none
   */
  readonly readUser?: ((claims: Claims) => User) | undefined;
  /** Reads the code of an error of the server, for hosts that reshape errors. @default the header `X-Auth-Error` */
  readonly errorCode?: ReadErrorCode | undefined;
  /** Makes the key that binds repeats, where there is no WebCrypto. @default HMAC-SHA-256, or a makeshift */
  readonly hmac?: BatonHmac | undefined;
  /** Time, for tests that turn it. @default the device's own */
  readonly clock?: BatonClock | undefined;
  /**
   * Calls back when the application comes to life again, such as React Native's `AppState`.
   *
   * @default visibility and network of a browser's page
   */
  readonly wakeOn?: WakeUps | undefined;
}
