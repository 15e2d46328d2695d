import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { CLOCK, type Clock } from '../clock.js';
import { AuthEvents } from '../events.js';
import { SETTINGS, type Settings } from '../options.js';
import type { SessionRow } from './refresh-token.entity.js';
import { RefreshTokenStore, type Revocation, type RevokedSession } from './refresh-token.store.js';
import { RevocationList } from './revocation-list.js';
import type { Reuse } from './reuse.js';
import {
  isSessionId,
  requireReason,
  requireSessionId,
  storableUserId,
} from './storable-session.js';
import type { UserId } from '../storable-text.js';

/** A revocation as it is asked of the database. */
interface Attempt extends Revocation {
  /** The reuse to tell of, where one was seen. */
  readonly reuse: Reuse | null;
}

/** How long the database may take to do what it gave no answer for. Afterwards it was not done. */
const UNANSWERED_MS = 5 * 60_000;

/**
 * Ends sessions, and tells once of what was ended: where the database did it and its answer was lost, as soon
 * as that is found out.
 *
 * @throws UnavailableError from what it asks of the database
 */
@Injectable()
export class RevocationService {
  private readonly unanswered = new Set<Attempt>();

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly store: RefreshTokenStore,
    private readonly revocations: RevocationList,
    private readonly events: AuthEvents,
  ) {}

  /**
   * Ends a session; ending it twice is no error. Where a fail-over has lost its login there is no row to end, but
   * whoever asks has a token of it: this instance lets none of its access tokens in any more.
   *
   * @param reuse what is told besides, where this is what ended it
   * @returns whether this ended it
   * @throws TypeError for a reason that no row could hold
   */
  async revoke(
    sessionId: string,
    userId: string,
    reason: string,
    reuse: Reuse | null = null,
  ): Promise<boolean> {
    requireReason(reason);
    const attempt = { userId, sessionId, reason, atMs: this.clock.nowMs(), reuse };
    if (await this.endAny(sessionId, attempt)) return true;
    const session = await this.learnOf(sessionId);
    if (session === null) this.revocations.add(sessionId, attempt.atMs, reason);
    return false;
  }

  /**
   * Ends one of the user's live sessions.
   *
   * @returns false when the user has no such session
   * @throws TypeError for a user or reason that no row could hold
   */
  async revokeOwn(sessionId: string, user: UserId, reason: string): Promise<boolean> {
    const userId = storableUserId(user);
    requireReason(reason);
    if (!isSessionId(sessionId)) return false;
    const attempt = { userId, sessionId, reason, atMs: this.clock.nowMs(), reuse: null };
    const hasEnded = await this.endOne(sessionId, attempt, () =>
      this.store.revokeOwn(sessionId, userId, reason, attempt.atMs),
    );
    if (!hasEnded) await this.learnOf(sessionId);
    return hasEnded;
  }

  /**
   * Ends every session of the user, but for `exceptId`.
   *
   * @returns how many it ended
   * @throws TypeError for what no row could hold
   */
  async revokeAll(
    user: UserId,
    reason: string,
    exceptId: string | null = null,
    reuse: Reuse | null = null,
  ): Promise<number> {
    const userId = storableUserId(user);
    requireReason(reason);
    if (exceptId !== null) requireSessionId(exceptId);
    const attempt = { userId, sessionId: null, reason, atMs: this.clock.nowMs(), reuse };
    const ended = await this.end(attempt, () =>
      this.store.revokeAll(userId, exceptId, reason, attempt.atMs),
    );
    return ended.length;
  }

  /** Ends some sessions of the user, in one statement. @param ids at most `BATCH_ROWS` */
  async revokeThese(ids: readonly string[], userId: string, reason: string): Promise<void> {
    const attempt = { userId, sessionId: null, reason, atMs: this.clock.nowMs(), reuse: null };
    await this.end(attempt, () => this.store.revokeThese(ids, userId, reason, attempt.atMs));
  }

  /**
   * As {@link revokeAll}, in one transaction with what somebody else writes: both hold, or neither.
   *
   * @param write resolves to false when it has found that nothing is to be done; nothing is then
   * @returns what `write` resolved to
   */
  async revokeAllWith(
    write: (manager: EntityManager) => Promise<boolean>,
    user: UserId,
    reason: string,
    exceptId: string | null = null,
  ): Promise<boolean> {
    const userId = storableUserId(user);
    requireReason(reason);
    if (exceptId !== null) requireSessionId(exceptId);
    const attempt = { userId, sessionId: null, reason, atMs: this.clock.nowMs(), reuse: null };
    let written = false;
    await this.end(attempt, () =>
      this.store.transaction(async (manager) => {
        written = await write(manager);
        if (!written) return [];
        return this.store.revokeAll(userId, exceptId, reason, attempt.atMs, manager);
      }),
    );
    return written;
  }

  /** Ends what `reuseScope` says. @returns false when it had been ended, and told, before */
  async revokeReused(reuse: Reuse): Promise<boolean> {
    const { sessionId, userId } = reuse;
    if (this.settings.reuseScope === 'session') {
      const atMs = this.clock.nowMs();
      return this.endAny(sessionId, { userId, sessionId, reason: 'reuse', atMs, reuse });
    }
    return (await this.revokeAll(userId, 'reuse', null, reuse)) > 0;
  }

  /** A row says that its session has ended: known here from now on, not only after the next poll. */
  learn({ id, revokedAtMs, revokedReason }: SessionRow): void {
    if (revokedAtMs !== null) this.revocations.add(id, revokedAtMs, revokedReason);
  }

  /**
   * Why a session has ended, as far as this instance knows without asking: its row may not know it any more, where
   * a standby has taken over that had not heard of it.
   */
  reasonKnownFor(sessionId: string): string | null {
    return this.revocations.reasonOf(sessionId);
  }

  /** Ends a session whose end the database has lost. It was told of when it ended. */
  async revokeAgain(sessionId: string, reason: string): Promise<void> {
    await this.store.revoke(sessionId, reason, this.clock.nowMs());
  }

  /** Tells of a reuse that ended this session without an answer. @returns false when nothing was left to tell */
  async tellOfReuse(sessionId: string, userId: string): Promise<boolean> {
    const told = await this.tellUnanswered((attempt) => attempt.userId === userId);
    return told.some(({ reuse }) => reuse?.sessionId === sessionId);
  }

  /** Tells of everything that was done without an answer. */
  async settle(): Promise<void> {
    await this.tellUnanswered(() => true);
    for (const attempt of this.unanswered) {
      if (attempt.atMs + UNANSWERED_MS < this.clock.nowMs()) this.unanswered.delete(attempt);
    }
  }

  private endAny(sessionId: string, attempt: Attempt): Promise<boolean> {
    const { reason, atMs } = attempt;
    return this.endOne(sessionId, attempt, () => this.store.revoke(sessionId, reason, atMs));
  }

  private async endOne(
    sessionId: string,
    attempt: Attempt,
    statement: () => Promise<boolean>,
  ): Promise<boolean> {
    const { userId, atMs: revokedAtMs } = attempt;
    const ended = await this.end(attempt, async () =>
      (await statement()) ? [{ id: sessionId, userId, revokedAtMs }] : [],
    );
    return ended.some(({ id }) => id === sessionId);
  }

  /** Another instance may have ended it, and its answer got lost. @returns null when there is no such session */
  private async learnOf(sessionId: string): Promise<SessionRow | null> {
    const session = await this.store.find(sessionId);
    if (session !== null) this.learn(session);
    return session;
  }

  /** @returns what this attempt ended, or else earlier ones of which nobody was told */
  private async end(
    attempt: Attempt,
    statement: () => Promise<RevokedSession[]>,
  ): Promise<readonly RevokedSession[]> {
    const ended = await statement().catch((error: unknown) => {
      this.unanswered.add(attempt);
      throw error;
    });
    if (ended.length > 0) {
      this.forget(ended);
      this.tell(attempt, ended);
      return ended;
    }
    const told = await this.tellUnanswered(({ userId }) => userId === attempt.userId);
    return told.flatMap((earlier) => earlier.ended);
  }

  /** What another attempt has ended, these have not. */
  private forget(ended: readonly RevokedSession[]): void {
    for (const attempt of this.unanswered) {
      if (ended.some(({ id }) => id === attempt.sessionId)) this.unanswered.delete(attempt);
    }
  }

  private async tellUnanswered(isAsked: (attempt: Attempt) => boolean) {
    const told: { reuse: Reuse | null; ended: readonly RevokedSession[] }[] = [];
    for (const attempt of [...this.unanswered].filter(isAsked)) {
      const ended = await this.store.findRevoked(attempt);
      if (ended.length === 0 || !this.unanswered.delete(attempt)) continue;
      this.tell(attempt, ended);
      told.push({ reuse: attempt.reuse, ended });
    }
    return told;
  }

  private tell({ reason, atMs, reuse }: Attempt, ended: readonly RevokedSession[]): void {
    for (const { id: sessionId, userId } of ended) {
      this.revocations.add(sessionId, atMs, reason);
      this.events.emit({ type: 'session.revoked', sessionId, userId, reason, atMs });
    }
    if (reuse !== null) this.events.emit({ type: 'token.reused', ...reuse, atMs });
  }
}
