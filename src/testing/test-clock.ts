import type { Clock } from '../clock.js';

/** A clock that stands still until it is turned: for the option `clock`. */
export class TestClock implements Clock {
  /** @param ms where it stands, Unix milliseconds @default now */
  constructor(private ms = Date.now()) {}

  nowMs(): number {
    return this.ms;
  }

  /** Turns it on by so many seconds, or back by a negative number. */
  turn(seconds: number): void {
    this.ms += seconds * 1000;
  }
}
