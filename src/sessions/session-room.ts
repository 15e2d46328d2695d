import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { SETTINGS, type Settings } from '../options.js';
import type { LiveAsked } from './live-sessions.store.js';
import { BATCH_ROWS, RefreshTokenStore } from './refresh-token.store.js';
import { RevocationService } from './revocation.service.js';
import { livingTimes } from './session-end.js';

/** Between two batches the requests go first, here and at the database. */
const PAUSE_MS = 5;

/**
 * Sees to it that users have no more live sessions than they may: those idle longest make room. What a limit that
 * was switched on later finds too many is ended in batches, of which a login waits for one.
 */
@Injectable()
export class SessionRoom implements BeforeApplicationShutdown {
  private readonly logger = new Logger('AuthModule');
  /** The last turn of each user: one at a time, so that what is ended is told once. */
  private readonly turns = new Map<string, Promise<unknown>>();
  /** The users of whom more are being ended beside the requests. */
  private readonly ending = new Set<string>();
  private stopping = false;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly store: RefreshTokenStore,
    private readonly revocations: RevocationService,
  ) {}

  beforeApplicationShutdown(): void {
    this.stopping = true;
  }

  /** After the new session is in the table: of simultaneous logins the last to look sees them all. */
  async make(userId: string): Promise<void> {
    await this.inTurn(userId, async () => {
      const excess = await this.findExcess(userId);
      if (excess !== null && (await this.endSome(excess))) this.endMore(excess);
    });
  }

  /** What a user has too many of by now; null where there is nothing. */
  private async findExcess(userId: string): Promise<LiveAsked | null> {
    const { maxSessions, sessionCeiling } = this.settings;
    const living = livingTimes(this.settings, this.clock.nowMs());
    const asked = { userId, living };
    const from = await this.store.live.findBeyond(asked, maxSessions || sessionCeiling);
    return from === null ? null : { ...asked, from };
  }

  /** @returns whether there may be more */
  private async endSome(excess: LiveAsked): Promise<boolean> {
    const ids = await this.store.live.findIds(excess, BATCH_ROWS);
    if (ids.length > 0) await this.revocations.revokeThese(ids, excess.userId, 'max_sessions');
    return ids.length === BATCH_ROWS;
  }

  /** Beside the requests. Who logs in meanwhile has had a turn before this looks for the last time. */
  private endMore(excess: LiveAsked): void {
    const { userId } = excess;
    if (this.ending.has(userId)) return;
    this.ending.add(userId);
    const more = async (): Promise<void> => {
      do await sleep(PAUSE_MS, undefined, { ref: false });
      while (!this.stopping && (await this.inTurn(userId, () => this.endSome(excess))));
    };
    const ended = more().finally(() => this.ending.delete(userId));
    void ended
      .then(() => (this.stopping ? undefined : this.make(userId)))
      .catch((error: unknown) => this.tell(error));
  }

  private async inTurn<Answer>(userId: string, task: () => Promise<Answer>): Promise<Answer> {
    const before = this.turns.get(userId) ?? Promise.resolve();
    const answer = before.then(task);
    const turn = answer.catch(() => {});
    this.turns.set(userId, turn);
    await turn;
    if (this.turns.get(userId) === turn) this.turns.delete(userId);
    return answer;
  }

  private tell(error: unknown): void {
    if (this.stopping) return;
    const message = error instanceof Error ? error.message : String(error);
    this.logger.warn(`Sessions beyond the limit are left to the next login: ${message}`);
  }
}
