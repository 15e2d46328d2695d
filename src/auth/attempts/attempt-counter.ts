import { LRUCache } from 'lru-cache';
import type { Clock } from '../../clock.js';

/** How many keys are counted at most; the ones not seen longest are forgotten first. */
const MOST_KEYS = 100_000;

/** The failures under one key, within a window that began with the first of them. */
export interface FailureCount {
  failures: number;
  readonly endsAtMs: number;
  /** Whether somebody was told that the limit is reached. */
  told: boolean;
}

/**
 * Counts failures by key. The window is a moment to compare with, not a timer: those hold no more than 24.8
 * days.
 */
export class AttemptCounter {
  private readonly counts = new LRUCache<string, FailureCount>({ max: MOST_KEYS });

  /**
   * @param most how many failures a window may have; 0 is no limit
   * @param windowMs how long a window is, milliseconds
   */
  constructor(
    readonly most: number,
    private readonly windowMs: number,
    private readonly clock: Clock,
  ) {}

  /** The count of a key; a new one where its window has ended. */
  of(key: string): FailureCount {
    const nowMs = this.clock.nowMs();
    const known = this.counts.get(key);
    if (known !== undefined && nowMs < known.endsAtMs) return known;
    const count = { failures: 0, endsAtMs: nowMs + this.windowMs, told: false };
    this.counts.set(key, count);
    return count;
  }

  isFull({ failures }: FailureCount): boolean {
    return this.most > 0 && failures >= this.most;
  }

  /** Whole seconds until the window ends, at least one. */
  secondsLeft({ endsAtMs }: FailureCount): number {
    return Math.max(1, Math.ceil((endsAtMs - this.clock.nowMs()) / 1000));
  }
}
