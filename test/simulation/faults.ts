import type { Copy } from './database.js';
import type { Server, Surroundings } from './server.js';

/** What goes wrong beside the network: processes die, a standby takes over, the database is away, clocks are set. */
export class Faults {
  /** Whether the database answers. */
  isUp = true;
  /** The most that a process was wrong about the time. Milliseconds. */
  clockErrorMs = 0;
  private kept: Copy = [];
  /** When those are up again that were killed. */
  private readonly restarts: Promise<void>[] = [];

  constructor(
    private readonly around: Surroundings,
    private readonly servers: readonly Server[],
  ) {}

  async happen(untilMs: number): Promise<void> {
    const { scheduler, random } = this.around;
    while (scheduler.nowMs < untilMs) {
      await scheduler.sleep(random.between(1, 8000));
      if (scheduler.nowMs >= untilMs) return;
      await random.pick([
        () => this.kill(random.pick(this.servers)),
        () => this.moveClock(random.pick(this.servers)),
        () => this.interrupt(),
        () => this.keep(),
        () => this.keep(),
        () => this.failOver(),
      ])();
    }
  }

  /** Everything is up again. */
  async end(): Promise<void> {
    this.isUp = true;
    // Not started here as well: of two starts of one process the first is never over.
    await Promise.all(this.restarts);
  }

  measureClocks(): void {
    for (const { clockErrorMs } of this.servers) {
      this.clockErrorMs = Math.max(this.clockErrorMs, clockErrorMs);
    }
  }

  private async kill(server: Server): Promise<void> {
    const { scheduler, random } = this.around;
    if (server.running === null) return;
    server.kill();
    const deadMs = random.between(100, 5000);
    this.restarts.push(scheduler.sleep(deadMs).then(() => server.start()));
  }

  private async moveClock(server: Server): Promise<void> {
    server.moveClock();
    this.around.trace.tell(server.name, 'has its clock set');
  }

  private async interrupt(): Promise<void> {
    const { scheduler, random, trace } = this.around;
    trace.tell('database', 'is away');
    this.isUp = false;
    await scheduler.sleep(random.between(100, 4000));
    this.isUp = true;
    trace.tell('database', 'is back');
  }

  /** The standby has heard of everything so far. */
  private async keep(): Promise<void> {
    this.around.scheduler.after(0, async () => {
      this.kept = await this.around.database.copy();
      this.around.ledger.keep();
    });
  }

  private async failOver(): Promise<void> {
    this.around.scheduler.after(0, async () => {
      await this.around.database.rollBack(this.kept);
      this.around.ledger.rollBack();
      this.around.trace.tell('database', 'fails over to its standby');
    });
  }
}
