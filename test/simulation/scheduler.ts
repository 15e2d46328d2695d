/** A step that is due at some time. */
interface Step {
  readonly atMs: number;
  readonly order: number;
  readonly task: () => void | Promise<void>;
}

/** Lets everything that waits for nothing but the event loop go on. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Simulated time, and what is due when. It stands still while a step is under way, and then goes on to the next at
 * once: whoever waits by {@link sleep} waits for no real time. With the same steps the order is the same.
 */
export class Scheduler {
  private steps: Step[] = [];
  private added = 0;
  private currentMs = 0;

  /** Milliseconds since the run began. */
  get nowMs(): number {
    return this.currentMs;
  }

  /**
   * Has something done later.
   *
   * @param task may wait for the event loop, but not for another step
   */
  after(delayMs: number, task: () => void | Promise<void>): void {
    const step = { atMs: this.currentMs + delayMs, order: this.added, task };
    this.added += 1;
    let place = this.steps.length;
    while (place > 0 && isBefore(step, this.steps[place - 1])) place -= 1;
    this.steps.splice(place, 0, step);
  }

  /** Resolves after so many simulated milliseconds. */
  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(delayMs, resolve);
    });
  }

  /** Takes one step after the other. @param isOver asked after each */
  async run(isOver: () => boolean): Promise<void> {
    for (let step = this.steps.pop(); step !== undefined; step = this.steps.pop()) {
      this.currentMs = step.atMs;
      await step.task();
      await turn();
      if (isOver()) return;
    }
  }
}

/** The queue has the latest first, so that the next is taken from its end. */
function isBefore(step: Step, other: Step | undefined): boolean {
  if (other === undefined) return false;
  return other.atMs < step.atMs || (other.atMs === step.atMs && other.order < step.order);
}
