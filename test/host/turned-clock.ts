import type { Clock } from '../../src/clock.js';

/** A clock that stands still until it is turned. */
export class TurnedClock implements Clock {
  constructor(private ms = Date.UTC(2026, 0, 1)) {}

  nowMs(): number {
    return this.ms;
  }

  /** Turns the clock on by so many seconds. */
  turn(seconds: number): void {
    this.ms += seconds * 1000;
  }
}
