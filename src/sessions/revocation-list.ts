import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { SETTINGS, type Settings } from '../options.js';
import { RefreshTokenStore } from './refresh-token.store.js';

/** How far back each look at the database reaches: more than clocks differ and commits take. */
const OVERLAP_MS = 60_000;

/** The list may miss this many polls in a row, and at least this many milliseconds, before it is not trusted. */
const TRUSTED_POLLS = 5;
const TRUSTED_AT_LEAST_MS = 5_000;

/**
 * Which sessions were revoked while access tokens of theirs may still be about. This instance adds its
 * own at once; what the others have revoked comes from the database by {@link refresh}.
 */
@Injectable()
export class RevocationList {
  /** When each was revoked, Unix milliseconds. */
  private readonly revokedAtMs = new Map<string, number>();
  private refreshedAtMs = Number.NEGATIVE_INFINITY;
  private refreshing: Promise<void> | null = null;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly store: RefreshTokenStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  add(sessionId: string, revokedAtMs: number): void {
    if (this.settings.revocation === 'cached') this.revokedAtMs.set(sessionId, revokedAtMs);
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
        return this.isFresh()
          ? this.revokedAtMs.has(sessionId)
          : this.refreshOnce().then(() => this.revokedAtMs.has(sessionId));
    }
  }

  /** Asks the database what was revoked since the last time and forgets what no longer matters. */
  async refresh(): Promise<void> {
    const nowMs = this.clock.nowMs();
    const oldestMs = nowMs - this.settings.accessTtl * 1000 - OVERLAP_MS;
    const sinceMs = Math.max(oldestMs, this.refreshedAtMs - OVERLAP_MS);
    for (const { id, revokedAtMs } of await this.store.revokedSince(sinceMs)) {
      if (revokedAtMs !== null) this.revokedAtMs.set(id, revokedAtMs);
    }
    this.refreshedAtMs = nowMs;
    for (const [id, revokedAtMs] of this.revokedAtMs) {
      if (revokedAtMs < oldestMs) this.revokedAtMs.delete(id);
    }
  }

  /** However many requests find the list too old, the database is asked once. */
  private refreshOnce(): Promise<void> {
    this.refreshing ??= this.refresh().finally(() => {
      this.refreshing = null;
    });
    return this.refreshing;
  }

  private isFresh(): boolean {
    const trustedMs = Math.max(
      this.settings.revocationPoll * 1000 * TRUSTED_POLLS,
      TRUSTED_AT_LEAST_MS,
    );
    return this.clock.nowMs() - this.refreshedAtMs < trustedMs;
  }

  private async isRevokedInDatabase(sessionId: string): Promise<boolean> {
    const session = await this.store.find(sessionId);
    return session === null || session.revokedAtMs !== null;
  }
}
