/** What happened in one run, for people: a line for each step, with the simulated time. */
export class Trace {
  private readonly lines: string[] = [];

  /** @param nowMs tells the milliseconds since the run began */
  constructor(private readonly nowMs: () => number) {}

  /** @param actor who does it, or to whom it happens */
  tell(actor: string, what: string): void {
    const seconds = (this.nowMs() / 1000).toFixed(3).padStart(9);
    this.lines.push(`${seconds}  ${actor.padEnd(9)} ${what}`);
  }

  toString(): string {
    return this.lines.join('\n');
  }
}
