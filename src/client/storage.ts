import type { BatonLock } from './lock.js';

/**
 * Where a client keeps its one value, an opaque string of some 2,000 printable ASCII characters: three verbs, sync or async.
 * Whoever cannot do what a verb says throws (or rejects); nothing else ever means "signed out" but `null`.
 */
export interface BatonStorage {
  /**
   * @returns the value last written, byte for byte, or null when there is none
   * @throws when it cannot tell: locked, broken, not decryptable
   */
  read(): string | null | Promise<string | null>;

  /** Replaces the value, whole or not at all. Once done it outlives a crash, as far as the medium can. */
  write(value: string): void | Promise<void>;

  /** Takes the value away. That there is none already is no error. */
  remove(): void | Promise<void>;

  /**
   * Calls `listener` when another tab or process has changed the value, where the medium can tell.
   *
   * @returns stops the calls
   */
  readonly watch?: ((listener: () => void) => () => void) | undefined;

  /**
   * Whether the platform that the storage is of is not here, as a browser's on a server: the client then knows nobody,
   * and signs nobody in, rather than sharing one session between all visitors.
   *
   * @default false
   */
  readonly isMissing?: boolean | undefined;

  /** Excludes the other tabs or processes that use the same medium; `createBaton` takes it unless told otherwise. */
  readonly lock?: BatonLock | undefined;

  /**
   * `cookie`: the browser keeps the refresh token out of the script's reach, and the value holds no token.
   *
   * @default 'body'
   */
  readonly transport?: 'body' | 'cookie' | undefined;
}
