import { setTimeout as sleep } from 'node:timers/promises';
import type { BatonClock } from '../../src/client/index.js';

/** More than any wait of the client's. */
const LONGEST_MS = 60_000;

interface Timer {
  readonly atMs: number;
  readonly task: () => void;
}

/** The client's time, which stands still until it is turned. */
export class TurnedClientClock implements BatonClock {
  private nowMs = Date.UTC(2026, 0, 1);
  private timers: Timer[] = [];

  now(): number {
    return this.nowMs;
  }

  setTimeout(task: () => void, ms: number): () => void {
    const timer = { atMs: this.nowMs + ms, task };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((one) => one !== timer);
    };
  }

  /** How many calls are still to come. */
  get waiting(): number {
    return this.timers.length;
  }

  /** Sets the clock, as its owner may: no timer goes off. */
  set(ms: number): void {
    this.nowMs += ms;
  }

  /** Lets time pass: what is due is called, in order. */
  turn(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (;;) {
      const [next] = this.timers.toSorted((one, other) => one.atMs - other.atMs);
      if (!next || next.atMs > untilMs) break;
      this.timers = this.timers.filter((one) => one !== next);
      this.nowMs = next.atMs;
      next.task();
    }
    this.nowMs = untilMs;
  }

  /** Turns it, step by step, until a promise has settled. @throws Error when it has not after a minute */
  async turnUntil<Result>(promise: Promise<Result>, stepMs = 50): Promise<Result> {
    const ended = promise.then(
      () => true,
      () => true,
    );
    for (let turnedMs = 0; !(await Promise.race([ended, sleep(1, false)])); turnedMs += stepMs) {
      if (turnedMs > LONGEST_MS) throw new Error('Waits without end');
      this.turn(stepMs);
    }
    return promise;
  }
}
