import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import type { SeenToken } from './session-statements.js';
import { RefreshTokenStore } from './refresh-token.store.js';
import { RevocationService } from './revocation.service.js';
import { isWithdrawn } from './withdrawn-generations.js';

/**
 * Which tokens were seen in their holders' hands: known here at once, written to the rows in batches, never in
 * the path of a request. A token that was withdrawn before is found out then, for it is in the wrong hands.
 */
@Injectable()
export class SeenTokens {
  /** The generations that were seen, by session, until the rows have been told. */
  private readonly pending = new Map<string, Set<number>>();

  constructor(
    private readonly store: RefreshTokenStore,
    private readonly revocations: RevocationService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** An access token of this session and generation reached a guarded route. */
  note(sessionId: string, generation: number): void {
    const seen = this.pending.get(sessionId) ?? new Set();
    this.pending.set(sessionId, seen.add(generation));
  }

  /** Whether this generation was seen and the row may not say so yet. */
  isPending(sessionId: string, generation: number): boolean {
    return this.pending.get(sessionId)?.has(generation) === true;
  }

  /** Writes what is pending, and ends the sessions whose withdrawn tokens were used. What the database did not take stays pending. */
  async flush(): Promise<void> {
    const seen = [...this.pending].flatMap(([sessionId, generations]): SeenToken[] =>
      Array.from(generations, (generation) => ({ sessionId, generation })),
    );
    const passedOver = await this.store.confirm(seen, this.clock.nowMs());
    if (passedOver.length > 0) await this.revokeWithdrawn(passedOver);
    for (const token of seen) this.settle(token);
  }

  /** One look at the rows, and only for what an update has not changed. */
  private async revokeWithdrawn(seen: readonly SeenToken[]): Promise<void> {
    const ids = new Set(seen.map(({ sessionId }) => sessionId));
    const found = await this.store.findUnrevoked([...ids]);
    const sessions = new Map(found.map((session) => [session.id, session]));
    for (const { sessionId, generation } of seen) {
      const session = sessions.get(sessionId);
      if (session === undefined || !isWithdrawn(generation, session)) continue;
      await this.revocations.revokeReused({ sessionId, userId: session.userId, generation });
    }
  }

  private settle({ sessionId, generation }: SeenToken): void {
    const seen = this.pending.get(sessionId);
    seen?.delete(generation);
    if (seen?.size === 0) this.pending.delete(sessionId);
  }
}
