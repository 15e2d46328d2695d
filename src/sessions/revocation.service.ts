import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { CLOCK, type Clock } from '../clock.js';
import { AuthEvents } from '../events.js';
import { SETTINGS, type Settings } from '../options.js';
import type { SessionRow } from './refresh-token.entity.js';
import { BATCH_ROWS, RefreshTokenStore } from './refresh-token.store.js';
import { type Attempt, RevocationAttempts } from './revocation-attempts.js';
import { RevocationList } from './revocation-list.js';
import type { Reuse } from './reuse.js';
import {
  isSessionId,
  requireReason,
  requireSessionId,
  storableUserId,
} from './storable-session.js';
import type { UserId } from '../storable-text.js';

/** Between two batches the requests go first, here and at the database. */
const PAUSE_MS = 5;

/** How many of a user's sessions one batch ends beside the one that is to be the last. */
const OTHERS = BATCH_ROWS - 1;

/** Which of a user's sessions are ended, and how. */
interface All {
  readonly userId: string;
  readonly reason: string;
  /** The one that goes on; null for none. */
  readonly exceptId: string | null;
  /** The one that is not ended before all others are; null where the order does not matter. */
  readonly lastId: string | null;
  /** The reuse of `lastId` to tell of, where one was seen. */
  readonly reuse: Reuse | null;
}

/** @see All */
export type AllOptions = Partial<Pick<All, 'exceptId' | 'lastId'>>;

/**
 * Ends sessions, and tells once of what was ended: where the database did it and its answer was lost, as soon
 * as that is found out.
 *
 * @throws UnavailableError from what it asks of the database
 */
@Injectable()
export class RevocationService {
  private readonly attempts: RevocationAttempts;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly store: RefreshTokenStore,
    private readonly revocations: RevocationList,
    events: AuthEvents,
  ) {
    this.attempts = new RevocationAttempts(store, revocations, events);
  }

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
    const attempt = this.attemptAt([sessionId], userId, reason, reuse);
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
    const attempt = this.attemptAt([sessionId], userId, reason);
    const hasEnded = await this.endOne(sessionId, attempt, () =>
      this.store.revokeOwn(sessionId, userId, reason, attempt.atMs),
    );
    if (!hasEnded) await this.learnOf(sessionId);
    return hasEnded;
  }

  /**
   * Ends every session of the user, but for `exceptId`: in batches, where they are many. What fails half-way is
   * asked again by whoever holds `lastId`, which is ended with the last batch.
   *
   * @throws TypeError for what no row could hold
   */
  async revokeAll(
    user: UserId,
    reason: string,
    { exceptId = null, lastId = null }: AllOptions = {},
  ): Promise<void> {
    const userId = storableUserId(user);
    requireReason(reason);
    if (exceptId !== null) requireSessionId(exceptId);
    await this.endAll({ userId, reason, exceptId, lastId, reuse: null });
  }

  /** Ends some of the user's, at most `BATCH_ROWS`, in one statement. @returns those that it ended */
  revokeThese(
    ids: readonly string[],
    userId: string,
    reason: string,
    reuse: Reuse | null = null,
  ): Promise<readonly string[]> {
    const attempt = this.attemptAt(ids, userId, reason, reuse);
    return this.attempts.run(attempt, () =>
      this.store.revokeThese(ids, userId, reason, attempt.atMs),
    );
  }

  /**
   * As {@link revokeAll}, in one transaction with what somebody else writes: both hold, or neither. However many
   * sessions there are, they are ended by one statement.
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
    const attempt = this.attemptAt(null, userId, reason);
    let written = false;
    await this.attempts.run(attempt, () =>
      this.store.transaction(async (manager) => {
        written = await write(manager);
        if (!written) return [];
        return this.store.revokeAll(userId, exceptId, reason, attempt.atMs, manager);
      }),
    );
    return written;
  }

  /** Ends what `reuseScope` says. @returns false when the session had been ended, and that told, before */
  async revokeReused(reuse: Reuse): Promise<boolean> {
    const { sessionId, userId } = reuse;
    const reason = 'reuse';
    if (this.settings.reuseScope === 'user') {
      return this.endAll({ userId, reason, exceptId: null, lastId: sessionId, reuse });
    }
    return this.endAny(sessionId, this.attemptAt([sessionId], userId, reason, reuse));
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
    const told = await this.attempts.tellOf(userId);
    return told.some(
      ({ reuse, ended }) => reuse?.sessionId === sessionId && ended.includes(sessionId),
    );
  }

  /** Tells of everything that was done without an answer. */
  async settle(): Promise<void> {
    await this.attempts.settle(this.clock.nowMs());
  }

  private attemptAt(
    ids: readonly string[] | null,
    userId: string,
    reason: string,
    reuse: Reuse | null = null,
  ): Attempt {
    return { userId, ids: ids && new Set(ids), reason, atMs: this.clock.nowMs(), reuse };
  }

  /** @returns whether this ended `lastId`, or an earlier attempt of which nobody had been told */
  private async endAll({ userId, reason, exceptId, lastId, reuse }: All): Promise<boolean> {
    const told = await this.attempts.tellOf(userId);
    const spared = exceptId ?? lastId;
    for (;;) {
      const ids = await this.store.live.findUnrevokedIds(userId, spared, OTHERS);
      if (ids.length < OTHERS) {
        if (lastId !== null) ids.push(lastId);
        const ended = ids.length === 0 ? [] : await this.revokeThese(ids, userId, reason, reuse);
        return [...told.flatMap((earlier) => earlier.ended), ...ended].some((id) => id === lastId);
      }
      await this.revokeThese(ids, userId, reason);
      await sleep(PAUSE_MS);
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
    const ended = await this.attempts.run(attempt, async () =>
      (await statement()) ? [sessionId] : [],
    );
    return ended.includes(sessionId);
  }

  /** Another instance may have ended it, and its answer got lost. @returns null when there is no such session */
  private async learnOf(sessionId: string): Promise<SessionRow | null> {
    const session = await this.store.find(sessionId);
    if (session !== null) this.learn(session);
    return session;
  }
}
