import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { AUDIT_SETTINGS, type AuditSettings } from './audit-options.js';
import { AuthEventStore } from './auth-event.store.js';

/** Half a million rows: what is more waits for the next run. */
const BATCHES_A_RUN = 2_500;

/** Between two batches the requests go first, here and at the database. */
const PAUSE_MS = 5;

/** Deletes the events that are older than they are to be kept. */
@Injectable()
export class AuthEventSweeper {
  constructor(
    @Inject(AUDIT_SETTINGS) private readonly settings: AuditSettings,
    private readonly store: AuthEventStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Sweeps in small batches until nothing is left, or for as long as one run may last. What another instance is at
   * is left to that one.
   *
   * @returns how many events were deleted
   * @throws UnavailableError when the database does not do as it is told
   */
  async sweep(): Promise<number> {
    const untilMs = this.clock.nowMs() - this.settings.retentionSeconds * 1000;
    let swept = 0;
    for (let batch = 0; batch < BATCHES_A_RUN; batch += 1) {
      const { found, deleted } = await this.store.purge(untilMs);
      swept += deleted;
      if (found === 0 || deleted < found) break;
      await sleep(PAUSE_MS, undefined, { ref: false });
    }
    return swept;
  }
}
