import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BatonClock } from '../../src/client/index.js';
import { Random } from '../simulation/random.js';

interface Timer {
  readonly atMs: number;
  readonly task: () => void;
}

/** Time, chance and what happened, for one schedule. Nothing in it happens by itself. */
export class World {
  readonly random: Random;
  readonly trace: string[] = [];
  readonly violations: string[] = [];
  private timers: Timer[] = [];
  private working = 0;
  private readonly beganMs: number;

  /** @param setServerTime is told of each step of time, Unix milliseconds */
  constructor(
    seed: number,
    public nowMs: number,
    private readonly setServerTime: (ms: number) => void,
  ) {
    this.random = new Random(seed);
    this.beganMs = nowMs;
  }

  log(line: string): void {
    this.trace.push(`${((this.nowMs - this.beganMs) / 1000).toFixed(3).padStart(12)} s  ${line}`);
  }

  violate(line: string): void {
    this.log(`VIOLATION: ${line}`);
    this.violations.push(line);
  }

  /** @returns prevents the call */
  after(ms: number, task: () => void): () => void {
    const timer = { atMs: this.nowMs + Math.max(0, ms), task };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((one) => one !== timer);
    };
  }

  /** Work of the real server: time stands still until it is done. */
  async work<Result>(task: () => Promise<Result>): Promise<Result> {
    this.working += 1;
    return task().finally(() => (this.working -= 1));
  }

  /** Lets so much time pass. What is due happens in order, each with all that follows from it at once. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms;
    await this.settle();
    for (;;) {
      const next = this.nextTimer();
      if (!next || next.atMs > untilMs) break;
      this.timers = this.timers.filter((one) => one !== next);
      this.setTime(next.atMs);
      next.task();
      await this.settle();
    }
    this.setTime(untilMs);
  }

  private nextTimer(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers) if (!first || timer.atMs < first.atMs) first = timer;
    return first;
  }

  private setTime(ms: number): void {
    this.nowMs = ms;
    this.setServerTime(ms);
  }

  private async settle(): Promise<void> {
    let idleTurns = 0;
    while (idleTurns < 2) {
      await nextTurn();
      idleTurns = this.working ? 0 : idleTurns + 1;
    }
  }
}

/** What runs a client: a process or a tab. It may stand still, and it may die at any moment. */
export class Life {
  isDead = false;
  private backlog: (() => void)[] | undefined;

  constructor(
    readonly name: string,
    private readonly world: World,
  ) {}

  get isFrozen(): boolean {
    return !!this.backlog;
  }

  get isAwake(): boolean {
    return !this.isDead && !this.backlog;
  }

  readonly clock: BatonClock = {
    now: () => this.world.nowMs,
    setTimeout: (task, ms) => {
      let isCancelled = false;
      const cancel = this.world.after(ms, () => this.deliver(() => isCancelled || task()));
      return () => {
        isCancelled = true;
        cancel();
      };
    },
  };

  /** Something reaches the process: now, when it thaws, or never. */
  deliver(task: () => unknown): void {
    if (this.isDead) return;
    if (this.backlog) this.backlog.push(() => task());
    else task();
  }

  /** What `make` gives at that time, as the process gets to see it. */
  later<Result>(ms: number, make: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.world.after(ms, () => {
        if (this.isDead) return;
        try {
          const result = make();
          this.deliver(() => resolve(result));
        } catch (error) {
          this.deliver(() => reject(error));
        }
      });
    });
  }

  freeze(): void {
    this.backlog ??= [];
  }

  thaw(): void {
    const missed = this.backlog ?? [];
    this.backlog = undefined;
    missed.forEach((task) => this.deliver(task));
  }
}
