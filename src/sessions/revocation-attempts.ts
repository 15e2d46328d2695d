import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AuthEvents } from '../events.js';
import { BATCH_ROWS, type RefreshTokenStore, type Revocation } from './refresh-token.store.js';
import type { Reuse } from './reuse.js';
import type { RevocationList } from './revocation-list.js';

/** A revocation as it is asked of the database. */
export interface Attempt extends Revocation {
  /** The reuse to tell of, where one was seen. */
  readonly reuse: Reuse | null;
}

/** What an attempt has ended, of which nobody had been told. */
export interface Told {
  readonly ended: readonly string[];
  readonly reuse: Reuse | null;
}

/** How long the database may take to do what it gave no answer for. Afterwards it was not done. */
const UNANSWERED_MS = 5 * 60_000;

/**
 * Has the database end sessions, and tells once of what was ended: where the database did it and its answer was
 * lost, as soon as that is found out.
 *
 * @throws UnavailableError from what it asks of the database
 */
export class RevocationAttempts {
  private readonly unanswered = new Set<Attempt>();

  constructor(
    private readonly store: RefreshTokenStore,
    private readonly revocations: RevocationList,
    private readonly events: AuthEvents,
  ) {}

  /**
   * @param statement resolves to the sessions that it ended
   * @returns those, or else what earlier attempts have ended of which nobody was told
   */
  async run(
    attempt: Attempt,
    statement: () => Promise<readonly string[]>,
  ): Promise<readonly string[]> {
    const ended = await statement().catch((error: unknown) => {
      this.unanswered.add(attempt);
      throw error;
    });
    if (ended.length > 0) {
      this.forget(ended);
      await this.tell(attempt, ended);
      return ended;
    }
    const told = await this.tellOf(attempt.userId);
    return told.flatMap((earlier) => earlier.ended);
  }

  /** Tells of what was done without an answer to this user's sessions. */
  tellOf(userId: string): Promise<readonly Told[]> {
    return this.tellUnanswered((attempt) => attempt.userId === userId);
  }

  /** Tells of everything that was done without an answer. */
  async settle(nowMs: number): Promise<void> {
    await this.tellUnanswered(() => true);
    for (const attempt of this.unanswered) {
      if (attempt.atMs + UNANSWERED_MS < nowMs) this.unanswered.delete(attempt);
    }
  }

  /** What another attempt has ended, these have not. */
  private forget(ended: readonly string[]): void {
    for (const attempt of this.unanswered) {
      if (attempt.ids === null) continue;
      for (const id of ended) attempt.ids.delete(id);
      if (attempt.ids.size === 0) this.unanswered.delete(attempt);
    }
  }

  private async tellUnanswered(isAsked: (attempt: Attempt) => boolean): Promise<readonly Told[]> {
    const told: Told[] = [];
    for (const attempt of [...this.unanswered].filter(isAsked)) {
      const ended = await this.store.findRevoked(attempt);
      if (ended.length === 0 || !this.unanswered.delete(attempt)) continue;
      await this.tell(attempt, ended);
      told.push({ reuse: attempt.reuse, ended });
    }
    return told;
  }

  /** All are known here at once; of many, whoever listens is told in several turns of the event loop. */
  private async tell(
    { userId, reason, atMs, reuse }: Attempt,
    ended: readonly string[],
  ): Promise<void> {
    for (const id of ended) this.revocations.add(id, atMs, reason);
    for (const [place, sessionId] of ended.entries()) {
      if (place > 0 && place % BATCH_ROWS === 0) await nextTurn();
      this.events.emit({ type: 'session.revoked', sessionId, userId, reason, atMs });
    }
    if (reuse === null || !ended.includes(reuse.sessionId)) return;
    this.events.emit({ type: 'token.reused', ...reuse, atMs });
  }
}
