import type { AuthApi } from './auth-api.js';
import type { BatonClock } from './clock.js';
import { BatonError } from './errors.js';
import type { Exclusively } from './exclusive.js';
import { newSecret } from './idempotency-key.js';
import { inTurn } from './lock.js';
import type { Refresher } from './refresher.js';
import type { EndedSession } from './session-record.js';
import type { SessionStore } from './session-store.js';
import type { Session } from './session.js';

/** Between tries, and up to as much again. */
const PAUSE_MS = 5000;

/** Opens and ends sessions, and does later what could not be done at once. */
export class SignInAndOut {
  readonly #store: SessionStore;
  readonly #isCookie: boolean;
  readonly #api: AuthApi;
  readonly #refresher: Refresher;
  readonly #exclusively: Exclusively;
  readonly #clock: BatonClock;
  readonly #oneByOne = inTurn();
  #cancelTimer?: () => void;
  #isStopped = false;

  constructor(
    store: SessionStore,
    isCookie: boolean,
    api: AuthApi,
    refresher: Refresher,
    exclusively: Exclusively,
    clock: BatonClock,
  ) {
    this.#store = store;
    this.#isCookie = isCookie;
    this.#api = api;
    this.#refresher = refresher;
    this.#exclusively = exclusively;
    this.#clock = clock;
  }

  /** Opens a session in place of one that was open. @throws what `ask` throws, and BatonError `disposed` */
  signIn(ask: () => Promise<Session>): Promise<void> {
    return this.#refresher.suspend(() => this.#exclusively(() => this.#open(ask)));
  }

  /** The same with an answer that the application fetches. */
  async signInWith(ask: () => Promise<Response>): Promise<void> {
    // Outside the lock: it may take a person's time, and send requests in the session that is to be replaced.
    const response = await this.#refresher.suspend(async () => {}).then(ask);
    await this.signIn(() => this.#api.sessionIn(response));
  }

  /** Never throws. */
  async signOut(): Promise<void> {
    const store = this.#store;
    if (!store.record.session) await store.load().catch(() => {});
    const { session } = store.record;
    if (session) store.leave(session.session_id);
    await this.#refresher.suspend(async () => {
      const written = this.#exclusively(() => store.update((now) => now));
      await Promise.all([written, this.tidy()]);
    });
  }

  /** Tells the server of ended sessions and writes what could not be written. Never throws; tries again later. */
  tidy(): Promise<void> {
    return this.#oneByOne(() => this.#tidyOnce());
  }

  /** Tidies after a pause; the timer holds no process open. */
  tidyLater(): void {
    this.#cancelTimer?.();
    if (this.#isStopped) return;
    const pauseMs = PAUSE_MS * (1 + Math.random());
    this.#cancelTimer = this.#clock.setTimeout(() => void this.tidy(), pauseMs, true);
  }

  /** Ends the tries; a sign-in under way comes to nothing. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelTimer?.();
  }

  /** Inside the lock, so that nobody refreshes the session that is replaced while its successor is on its way. */
  async #open(ask: () => Promise<Session>): Promise<void> {
    const store = this.#store;
    // A cookie's session cannot be ended by it any more once the next one has taken its place.
    if (this.#isCookie) await this.#tell();
    const pair = await ask();
    if (this.#isStopped) {
      await this.#api.signOut(pair);
      throw new BatonError('disposed');
    }
    const session = { ...pair, secret: newSecret() };
    const before = await store.load().catch(() => store.record);
    if (before.session) store.leave(before.session.session_id, 'elsewhere');
    await store.update(({ ended }) => ({ session, ended: this.#isCookie ? [] : ended }));
    void this.tidy();
  }

  async #tidyOnce(): Promise<void> {
    const store = this.#store;
    const isUntidy = () => store.isUnsaved || store.record.ended.length;
    if (this.#isStopped || !isUntidy()) return;
    const tell = () => this.#tell();
    // The answer takes the browser's cookie away: whose sign-in is in between would lose theirs.
    const told = await (this.#isCookie ? this.#exclusively(tell) : tell());
    const isUntold = ({ session_id: id }: EndedSession) => !told.includes(id);
    await this.#exclusively(() =>
      store.update((now) => (told.length ? { ...now, ended: now.ended.filter(isUntold) } : now)),
    );
    if (isUntidy()) this.tidyLater();
  }

  /** Tells the server of ended sessions. @returns the ids of those that it now knows of */
  async #tell(): Promise<string[]> {
    const told: string[] = [];
    for (const ended of this.#store.record.ended)
      if (await this.#api.signOut(ended)) told.push(ended.session_id);
    return told;
  }
}
