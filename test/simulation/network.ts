import type { Random } from './random.js';
import type { Scheduler } from './scheduler.js';

/** How long a sender waits for an answer that does not come. Milliseconds. */
const PATIENCE_MS = 6_500;

/** What becomes of one message and of its answer. */
interface Fate {
  readonly thereMs: number;
  readonly backMs: number;
  readonly isLostThere: boolean;
  readonly isLostBack: boolean;
}

/** The other end; a process that is gone answers nothing. */
type Arrival<Answer> = (reply: (answer: Answer) => void) => void | Promise<void>;

/** Delays, loses and repeats messages. Calm, it does neither. */
export class Network {
  /** From when on nothing is delayed, lost or repeated; infinity until then. Simulated milliseconds. */
  calmSinceMs = Number.POSITIVE_INFINITY;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly random: Random,
    private readonly badness: number,
  ) {}

  /**
   * Sends a question and brings the answer back.
   *
   * @param arrive what is done where it arrives; waited for, so it may wait for the event loop and for no step
   * @param copies how often it may arrive: a network may repeat what was sent
   * @returns null when no answer came
   */
  ask<Answer>(arrive: Arrival<Answer>, copies: 1 | 2 = 1): Promise<Answer | null> {
    return new Promise((resolve) => {
      this.scheduler.after(PATIENCE_MS, () => resolve(null));
      this.send(arrive, resolve, 0);
      if (copies === 2 && this.isUnlucky()) this.send(arrive, resolve, this.random.pick([1, 20]));
    });
  }

  /** @param later by how many times a copy is slower than what it is a copy of */
  private send<Answer>(
    arrive: Arrival<Answer>,
    hear: (answer: Answer) => void,
    later: number,
  ): void {
    const { thereMs, backMs, isLostThere, isLostBack } = this.fate();
    if (isLostThere) return;
    this.scheduler.after(thereMs + later * this.random.between(1, 1000), () =>
      arrive((answer) => {
        if (!isLostBack) this.scheduler.after(backMs, () => hear(answer));
      }),
    );
  }

  private fate(): Fate {
    return {
      thereMs: this.delayMs(),
      backMs: this.delayMs(),
      isLostThere: this.isUnlucky(),
      isLostBack: this.isUnlucky(),
    };
  }

  private delayMs(): number {
    const isSlow = this.isUnlucky();
    return isSlow ? this.random.between(20, 8_000) : this.random.between(1, 20);
  }

  get isCalm(): boolean {
    return this.scheduler.nowMs >= this.calmSinceMs;
  }

  private isUnlucky(): boolean {
    return !this.isCalm && this.random.chance(this.badness);
  }
}
