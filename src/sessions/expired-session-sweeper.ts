import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { SETTINGS, type Settings } from '../options.js';
import { RefreshTokenStore } from './refresh-token.store.js';

/** Half a million rows: what is more waits for the next run. */
const BATCHES_A_RUN = 2_500;

/** Between two batches the requests go first, here and at the database. */
const PAUSE_MS = 5;

/** Deletes the sessions that nothing can be asked about any more, so that the table does not grow. */
@Injectable()
export class ExpiredSessionSweeper {
  private deleted = 0;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly store: RefreshTokenStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Sweeps in small batches until nothing is left, or for as long as one run may last. What another instance is at
   * is left to that one.
   *
   * @returns how many sessions were deleted
   */
  async sweep(): Promise<number> {
    const nowMs = this.clock.nowMs();
    const longestTtl = Math.max(this.settings.refreshTtlSeconds, this.settings.accessTtlSeconds);
    const ended = await this.sweepBy('absoluteExpiresAtMs', nowMs);
    return ended + (await this.sweepBy('revokedAtMs', nowMs - longestTtl * 1000));
  }

  /** How many sessions were deleted since the start. */
  get deletedSoFar(): number {
    return this.deleted;
  }

  private async sweepBy(
    column: 'absoluteExpiresAtMs' | 'revokedAtMs',
    untilMs: number,
  ): Promise<number> {
    let swept = 0;
    for (let batch = 0; batch < BATCHES_A_RUN; batch += 1) {
      const { found, deleted } = await this.store.expired.purge(column, untilMs);
      swept += deleted;
      this.deleted += deleted;
      if (found === 0 || deleted < found) break;
      await sleep(PAUSE_MS, undefined, { ref: false });
    }
    return swept;
  }
}
