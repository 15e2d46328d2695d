import { setImmediate as nextTurn } from 'node:timers/promises';
import { Subject } from 'rxjs';
import { type Clock, machineTime } from '../clock.js';
import { UnavailableError } from '../errors.js';
import type { Settings } from '../options.js';
import type { RefreshTokenStore } from './refresh-token.store.js';
import { type RevokedSecond, SECOND_MS } from './revocation-poll.store.js';

/** How far back each look at the database reaches: more than commits take, and clocks that are injected differ. */
const OVERLAP_MS = 60_000;

/** The list may miss this many polls in a row, and at least this many milliseconds, before it is not trusted. */
const TRUSTED_POLLS = 5;
const TRUSTED_AT_LEAST_MS = 5_000;

/** After so long without a question nobody waits for the next answer. */
const ASKED_LATELY_MS = 10_000;

/** How long a request waits for a list that can be trusted. */
const REQUEST_PATIENCE_MS = 2_000;

/** So many of neighbouring seconds are asked for together; one second's are, however many. */
const READ_AT_ONCE = 5_000;

/** A moment on both clocks: the one that tokens go by, and the one that nobody sets. Milliseconds. */
interface Moment {
  readonly clockMs: number;
  readonly monotonicMs: number;
}

/** A session that was revoked. */
interface Revoked extends Moment {
  /** Null where this was pushed, and no row has said so yet. */
  reason: string | null;
}

/**
 * Which sessions were revoked while access tokens of theirs may still be about. This instance adds its
 * own at once; what the others have revoked comes from the database by {@link refresh}.
 *
 * Time has passed here when both clocks say so, where something is to be forgotten, and when either says so,
 * where it is to be trusted no longer: the time may be set, and a machine that was suspended has no other sign of it.
 */
export class RevocationList {
  /** When each was revoked, and when that was heard of here. */
  private readonly revoked = new Map<string, Revoked>();
  /** How many each second had at the last look, by its first millisecond. */
  private counts = new Map<number, number>();
  private refreshedAt: Moment | null = null;
  private refreshing: Promise<void> | null = null;
  private isPaused = false;
  private askedAtMs = Number.NEGATIVE_INFINITY;

  /**
   * The id of each session that was revoked, here or elsewhere, as it is heard of; some more than once. Under
   * `strict` of those that were revoked elsewhere only {@link refresh} hears.
   */
  readonly heard = new Subject<string>();

  constructor(
    private readonly settings: Settings,
    private readonly store: RefreshTokenStore,
    private readonly clock: Clock,
    private readonly monotonicMs: () => number = machineTime.monotonicMs,
  ) {}

  /** @param reason null for whoever knows it from another instance's message alone */
  add(sessionId: string, revokedAtMs: number, reason: string | null): void {
    if (this.settings.revocation === 'off') return;
    const known = this.revoked.get(sessionId);
    if (known !== undefined) {
      known.reason ??= reason;
      return;
    }
    if (this.settings.revocation === 'cached') {
      const monotonicMs = this.monotonicMs();
      this.revoked.set(sessionId, { clockMs: revokedAtMs, monotonicMs, reason });
    }
    this.heard.next(sessionId);
  }

  /**
   * Why a session was revoked that this instance has revoked itself, or whose row has said so. What was only pushed
   * is not enough to end a session by: whoever can write to the feed could.
   *
   * @returns null when it is not known to have been
   */
  reasonOf(sessionId: string): string | null {
    return this.revoked.get(sessionId)?.reason ?? null;
  }

  /** Whether it is on the list as it is now, which is empty but under `cached`. */
  has(sessionId: string): boolean {
    return this.revoked.has(sessionId);
  }

  /** How many sessions are on it. */
  get size(): number {
    return this.revoked.size;
  }

  /** Since the last look at the database, milliseconds; null where none is made: before the first, and while paused. */
  get ageMs(): number | null {
    if (this.refreshedAt === null || this.isPaused) return null;
    return this.monotonicMs() - this.refreshedAt.monotonicMs;
  }

  /**
   * Whether this session's access tokens are to be refused. Answers at once, except where the database
   * has to be asked: always under `strict`, and when a cached list has become too old.
   *
   * @throws UnavailableError when the list is too old to trust and the database does not answer
   */
  isRevoked(sessionId: string): boolean | Promise<boolean> {
    switch (this.settings.revocation) {
      case 'off':
        return false;
      case 'strict':
        return this.isRevokedInDatabase(sessionId);
      case 'cached':
        return this.isAskedFresh()
          ? this.revoked.has(sessionId)
          : this.refreshOnce().then(() => this.revoked.has(sessionId));
    }
  }

  /** Whether somebody has lately wanted to know, so that it is worth keeping up. */
  wasAskedLately(): boolean {
    return this.monotonicMs() - this.askedAtMs < ASKED_LATELY_MS;
  }

  /** Nobody keeps the list up from now on: the next question has to ask the database. */
  pause(): void {
    this.isPaused = true;
  }

  /** Asks the database what was revoked since the last time and forgets what no longer matters. */
  async refresh(): Promise<void> {
    const now = this.now();
    const keptMs = this.settings.accessTtlSeconds * 1000 + OVERLAP_MS;
    await this.readNews(this.sinceMs(now, keptMs));
    this.refreshedAt = now;
    this.isPaused = false;
    for (const [id, { clockMs, monotonicMs }] of this.revoked) {
      // In the order in which they were heard of: those that follow are younger.
      if (now.monotonicMs - monotonicMs <= keptMs) break;
      if (now.clockMs - clockMs > keptMs) this.revoked.delete(id);
    }
  }

  /**
   * Counts first, and reads what has another count than at the last look: a storm is read once, not at each look
   * for a minute. What commits late changes the count of its second.
   */
  private async readNews(sinceMs: number): Promise<void> {
    const seconds = await this.store.poll.countRevoked(sinceMs - (sinceMs % SECOND_MS));
    const changed = seconds.filter(({ fromMs, count }) => this.counts.get(fromMs) !== count);
    for (const batch of batchesOf(changed)) {
      await this.read(batch);
      for (const { fromMs, count } of batch) this.counts.set(fromMs, count);
    }
    this.counts = new Map(seconds.map(({ fromMs, count }) => [fromMs, count]));
  }

  /** Requests go between: nobody waits for all that is read. */
  private async read(seconds: readonly RevokedSecond[]): Promise<void> {
    const fromMs = seconds[0]?.fromMs ?? 0;
    const untilMs = (seconds.at(-1)?.fromMs ?? 0) + SECOND_MS;
    for await (const page of this.store.poll.findRevokedBetween(fromMs, untilMs)) {
      for (const { id, revokedAtMs, reason } of page) this.add(id, revokedAtMs, reason);
      await nextTurn();
    }
  }

  /** From where on to ask: since the last look, and as far back as at the start when the clock went back. */
  private sinceMs({ clockMs }: Moment, keptMs: number): number {
    const lastMs = this.refreshedAt?.clockMs ?? Number.POSITIVE_INFINITY;
    return lastMs > clockMs ? clockMs - keptMs : Math.max(clockMs - keptMs, lastMs - OVERLAP_MS);
  }

  /** However many requests find the list too old, the database is asked once; none of them waits for long. */
  private async refreshOnce(): Promise<void> {
    this.refreshing ??= this.refresh().finally(() => {
      this.refreshing = null;
    });
    const asked = this.refreshing;
    await new Promise<void>((resolve, reject) => {
      const refuse = (): void => reject(new UnavailableError('The database is unavailable'));
      const impatience = setTimeout(refuse, REQUEST_PATIENCE_MS);
      void asked.then(resolve, reject).finally(() => clearTimeout(impatience));
    });
  }

  /** Whether it can be trusted, now that somebody asks. */
  private isAskedFresh(): boolean {
    const { clockMs, monotonicMs } = this.now();
    this.askedAtMs = monotonicMs;
    if (this.refreshedAt === null || this.isPaused) return false;
    const trustedMs = Math.max(
      this.settings.revocationPollSeconds * 1000 * TRUSTED_POLLS,
      TRUSTED_AT_LEAST_MS,
    );
    return (
      clockMs - this.refreshedAt.clockMs < trustedMs &&
      monotonicMs - this.refreshedAt.monotonicMs < trustedMs
    );
  }

  private now(): Moment {
    return { clockMs: this.clock.nowMs(), monotonicMs: this.monotonicMs() };
  }

  private async isRevokedInDatabase(sessionId: string): Promise<boolean> {
    const session = await this.store.find(sessionId);
    return session === null || session.revokedAtMs !== null;
  }
}

/** Neighbours together, as many as one statement may read. */
function batchesOf(seconds: readonly RevokedSecond[]): RevokedSecond[][] {
  const batches: RevokedSecond[][] = [];
  let room = 0;
  for (const second of seconds) {
    room -= second.count;
    if (room < 0) {
      batches.push([]);
      room = READ_AT_ONCE - second.count;
    }
    batches.at(-1)?.push(second);
  }
  return batches;
}
