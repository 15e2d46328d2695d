import { type AuthApi, isPassing } from './auth-api.js';
import type { BatonClock } from './clock.js';
import { type Cooldown, createCooldown } from './cooldown.js';
import { BatonError, ours } from './errors.js';
import type { Events } from './events.js';
import type { Exclusively, Keep } from './exclusive.js';
import { retry } from './retry.js';
import type { SessionStore } from './session-store.js';
import { type Session, isAlive, isFresh, isSame } from './session.js';

/** What was read longer ago than this is old: who stood still meanwhile was overtaken, lock or no lock. Milliseconds. */
const OLD_MS = 5000;

/** Knows the session's access token, and gets the next one when there is need. */
export class Refresher {
  readonly #store: SessionStore;
  readonly #api: AuthApi;
  readonly #events: Events;
  readonly #exclusively: Exclusively;
  readonly #clock: BatonClock;
  readonly #refreshAheadMs: number;
  readonly #cooldown: Cooldown;
  readonly #stopped = new AbortController();
  /** The token that was refused as soon as it was issued, until another one has been taken. */
  #rejected: string | undefined;
  #controller: AbortController | undefined;
  /** The refresh, and what its callers wait for, which may be the one after it. */
  #request: Promise<unknown> | undefined;
  #underWay: Promise<Session | null> | undefined;
  /** What has to be over before anything is refreshed. */
  readonly #suspensions = new Set<Promise<unknown>>();

  /** @param refreshAheadMs how long before its end an access token is replaced */
  constructor(
    store: SessionStore,
    api: AuthApi,
    events: Events,
    exclusively: Exclusively,
    clock: BatonClock,
    refreshAheadMs: number,
  ) {
    this.#store = store;
    this.#api = api;
    this.#events = events;
    this.#exclusively = exclusively;
    this.#clock = clock;
    this.#refreshAheadMs = refreshAheadMs;
    this.#cooldown = createCooldown(clock);
  }

  /**
   * @param refused an access token that a server has just refused: another one is wanted
   * @returns null when nobody is signed in
   * @throws BatonError `storage_unavailable`, `storage_in_use`, `refresh_failed` or `disposed`
   */
  async session(refused?: string): Promise<Session | null> {
    let { session } = this.#store.record;
    if (!session || !this.#isGood(session, refused)) ({ session } = await this.#store.load());
    if (!session || this.#isGood(session, refused)) return session;
    const isUsable = session.access_token !== refused && isAlive(session, this.#clock.now());
    if (this.#suspensions.size && !isUsable) {
      await Promise.allSettled(this.#suspensions);
      return this.session(refused);
    }
    const next = this.#refresh(refused);
    if (!isUsable) return next;
    next.catch(() => {});
    return session;
  }

  /** Cancels a refresh under way, waits for its end and runs a task; until that is over nothing is refreshed. */
  suspend<Result>(task: () => Promise<Result>): Promise<Result> {
    const suspensions = this.#suspensions;
    const result = this.#cancel()
      .then(task)
      .finally(() => suspensions.delete(result));
    suspensions.add(result);
    return result;
  }

  /** Cancels a refresh under way and waits for its end; there is none after it. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#cancel();
  }

  /** Ends a cooldown: the network, or the user, is back. */
  wake(): void {
    this.#rejected = undefined;
    this.#cooldown.end();
  }

  /** A token was taken by a server: what was refused before is forgotten, unless it was the same. */
  noteAccepted({ access_token: token }: Session): void {
    if (this.#rejected && token !== this.#rejected) this.wake();
  }

  /**
   * Whether another token would fare no better, for a while.
   *
   * @param rejected one that was refused as soon as it was issued
   */
  isRejecting(rejected?: string | false): boolean {
    if (rejected) {
      this.#rejected = rejected;
      this.#cooldown.start(new BatonError('refresh_failed', { status: 401 }));
    }
    return !!this.#rejected && !!this.#cooldown.why();
  }

  #isGood(session: Session, refused?: string): boolean {
    const isFreshNow = isFresh(session, this.#refreshAheadMs, this.#clock.now());
    return session.access_token !== refused && isFreshNow;
  }

  async #refresh(refused?: string): Promise<Session | null> {
    if (this.#stopped.signal.aborted) throw new BatonError('disposed');
    const why = this.#cooldown.why();
    if (why && !this.#underWay) throw why;
    return (this.#underWay ??= this.#start(refused));
  }

  async #start(refused?: string): Promise<Session | null> {
    const { signal } = (this.#controller = new AbortController());
    const result = this.#exclusively((keep) =>
      // Each attempt reads anew: a tab that was frozen would present what others have spent meanwhile.
      retry(
        this.#clock,
        () => this.#refreshOnce(refused, signal, keep),
        (error) => !signal.aborted && isPassing(error),
      ),
    ).finally(() => (this.#underWay = undefined));
    this.#request = result.catch(() => {});
    try {
      const session = await result;
      if (!this.#rejected) this.#cooldown.end();
      return session;
    } catch (cause) {
      if (signal.aborted) return this.session(refused);
      const error = ours('refresh_failed', cause);
      this.#cooldown.start(error);
      this.#events.emit('refreshFailed', { error });
      throw error;
    }
  }

  async #cancel(): Promise<void> {
    this.#controller?.abort();
    this.wake();
    await this.#request;
  }

  /** Runs inside the lock: looks whether somebody else was faster, asks the server, stores, and only then uses. */
  async #refreshOnce(
    refused: string | undefined,
    signal: AbortSignal,
    keep: Keep,
    oldMs = OLD_MS,
  ): Promise<Session | null> {
    const beganMs = this.#clock.now();
    const { session } = await this.#store.load();
    if (!session || this.#isGood(session, refused)) return session;
    if (signal.aborted) throw signal;
    // A token that cannot be replaced in the storage must not be presented by two: whoever holds the lock keeps it, and
    // the others do without.
    if (!(await this.#store.takesWrites()) && !keep(this.#stopped.signal)) {
      throw new BatonError('storage_in_use');
    }
    // Once: a storage may take as long each time.
    if (this.#clock.now() - beganMs > oldMs) {
      return this.#refreshOnce(refused, signal, keep, Infinity);
    }
    const change = await this.#api.refresh(session, signal);
    // Somebody may have signed out meanwhile, or, where the lock was not to be had, refreshed.
    const { session: stored } = await this.#store.update((record) =>
      isSame(record.session, session) ? { ...record, over: undefined, ...change } : record,
    );
    if (stored && stored === change.session) {
      this.#events.emit('refreshed', { sessionId: stored.session_id });
    }
    return stored;
  }
}
