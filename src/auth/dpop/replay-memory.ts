/**
 * Remembers which proofs were used, so that each is good once. `AuthModule` has one in the memory of each instance;
 * an application with several may share one, by the option `dpopReplays`.
 */
export interface DpopReplays {
  /**
   * @param id names a proof: 43 characters of base64url, which reveal nothing of it
   * @param seconds how long it has to be remembered; the proof has expired then
   * @returns whether it is the first to come with this id
   */
  claim(id: string, seconds: number): boolean | Promise<boolean>;
}

/** How many proofs are remembered: those of two minutes at 800 requests a second. About 12 MiB. */
const MAX_PROOFS = 100_000;

/**
 * The proofs that this instance has seen. When it is full the oldest is forgotten: only who holds a token, or has
 * given the right password, is remembered at all, and a replay takes a captured request besides.
 */
export class ReplayMemory {
  /** Until when each is remembered, Unix milliseconds; in the order in which they came. */
  private readonly seen = new Map<string, number>();

  constructor(private readonly mostProofs = MAX_PROOFS) {}

  /** @returns whether it is the first to come with this id */
  claim(id: string, untilMs: number, nowMs: number): boolean {
    if ((this.seen.get(id) ?? 0) > nowMs) return false;
    this.forget(nowMs);
    this.seen.delete(id);
    this.seen.set(id, untilMs);
    return true;
  }

  get size(): number {
    return this.seen.size;
  }

  /** They all live about as long, so that those that have ended stand in front. */
  private forget(nowMs: number): void {
    for (const [id, untilMs] of this.seen) {
      if (untilMs > nowMs && this.seen.size < this.mostProofs) return;
      this.seen.delete(id);
    }
  }
}
