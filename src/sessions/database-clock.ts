import { type Clock, type MachineTime, machineTime } from '../clock.js';

/** What a database's answer may be off by itself: some tell no less than a millisecond. */
const RESOLUTION_MS = 1;

/** A correction backwards is waited out by standing still; only a clock that was itself set back is followed. */
const LONGEST_STANDSTILL_MS = 1000;

/**
 * The database's clock, which is the same for every instance: measured now and then, never asked when somebody
 * wants to know the time. In between the machine's monotonic clock runs on, so that setting the machine's clock
 * changes nothing. Until it has been measured, the machine's clock stands in.
 */
export class DatabaseClock implements Clock {
  /** The database's time at the zero of the monotonic clock. Unix milliseconds. */
  private zeroMs: number;
  private isMeasured = false;
  private isRead = false;
  private latestMs = Number.NEGATIVE_INFINITY;

  /** @param askMs asks the database for its time, Unix milliseconds */
  constructor(
    private readonly askMs: () => Promise<number>,
    private readonly machine: MachineTime = machineTime,
  ) {
    this.zeroMs = machine.wallMs() - machine.monotonicMs();
  }

  nowMs(): number {
    this.isRead = true;
    return this.laterMs();
  }

  /** Whether somebody has wanted to know the time since it was measured. */
  wasRead(): boolean {
    return this.isRead;
  }

  /** How far the database's clock is ahead of the machine's. Milliseconds; negative when it is behind. */
  get offsetMs(): number {
    return this.laterMs() - this.machine.wallMs();
  }

  /**
   * Asks the database once. The answer was true at some moment between the asking and its arrival: half of
   * that time is what it may be off by. What is believed is changed only as far as the answer leaves no choice,
   * so a slow answer does no harm and a quick one is precise.
   *
   * @throws UnavailableError when the database does not answer; what was believed is still believed
   */
  async measure(): Promise<void> {
    const askedMs = this.machine.monotonicMs();
    const databaseMs = await this.askMs();
    const halfTripMs = (this.machine.monotonicMs() - askedMs) / 2;
    this.believe(databaseMs - askedMs - halfTripMs, halfTripMs + RESOLUTION_MS);
  }

  private laterMs(): number {
    const nowMs = Math.floor(this.zeroMs + this.machine.monotonicMs());
    this.latestMs = Math.max(this.latestMs, nowMs);
    return this.latestMs;
  }

  private believe(zeroMs: number, uncertaintyMs: number): void {
    const nearest = Math.max(zeroMs - uncertaintyMs, Math.min(this.zeroMs, zeroMs + uncertaintyMs));
    const corrected = this.isMeasured ? nearest : zeroMs;
    if (this.zeroMs - corrected > LONGEST_STANDSTILL_MS) this.latestMs = Number.NEGATIVE_INFINITY;
    this.zeroMs = corrected;
    this.isMeasured = true;
    this.isRead = false;
  }
}
