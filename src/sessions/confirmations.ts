import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import type { LiveToken } from './confirm-statement.js';
import { RefreshTokenStore } from './refresh-token.store.js';

/**
 * Which live tokens were seen in their holders' hands: known here at once, written to the rows in
 * batches, never in the path of a request.
 */
@Injectable()
export class Confirmations {
  /** The generation seen last, by session, for those that the rows do not tell of yet. */
  private readonly pending = new Map<string, number>();

  constructor(
    private readonly store: RefreshTokenStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** An access token of this session and generation reached a guarded route. */
  note(sessionId: string, generation: number): void {
    if (generation >= (this.pending.get(sessionId) ?? 0)) this.pending.set(sessionId, generation);
  }

  /** Whether this generation was seen and the row may not say so yet. */
  isPending(sessionId: string, generation: number): boolean {
    return this.pending.get(sessionId) === generation;
  }

  /** Writes what is pending. What could not be written stays pending. */
  async flush(): Promise<void> {
    if (this.pending.size === 0) return;
    const seen: LiveToken[] = Array.from(this.pending, ([sessionId, generation]) => ({
      sessionId,
      generation,
    }));
    await this.store.confirm(seen, this.clock.nowMs());
    for (const { sessionId, generation } of seen) {
      if (this.isPending(sessionId, generation)) this.pending.delete(sessionId);
    }
  }
}
