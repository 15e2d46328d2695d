import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { SETTINGS, type Settings } from '../options.js';
import { RefreshTokenStore } from './refresh-token.store.js';

/** Deletes the sessions that nothing can be asked about any more, so that the table does not grow. */
@Injectable()
export class ExpiredSessionSweeper {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly store: RefreshTokenStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Sweeps in small batches until nothing is left. @returns how many sessions were deleted */
  async sweep(): Promise<number> {
    const nowMs = this.clock.nowMs();
    const longestTtl = Math.max(this.settings.refreshTtl, this.settings.accessTtl);
    for (let deleted = 0; ;) {
      const batch = await this.store.purge(nowMs, nowMs - longestTtl * 1000);
      if (batch === 0) return deleted;
      deleted += batch;
    }
  }
}
