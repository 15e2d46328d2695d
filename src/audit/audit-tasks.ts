import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import type { Subscription } from 'rxjs';
import { repeatEvery } from '../clock.js';
import { AuthEvents } from '../events.js';
import { AuditTrail } from './audit-trail.js';
import { AuthEventSweeper } from './auth-event-sweeper.js';

const FLUSH_INTERVAL_MS = 500;
const SWEEP_INTERVAL_MS = 10 * 60 * 1000;

/** What the audit does beside the requests: it listens, writes what it heard, and sweeps what is old. */
@Injectable()
export class AuditTasks
  implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  private readonly logger = new Logger('AuthModule');
  private subscription: Subscription | undefined;
  private stops: readonly (() => void)[] = [];

  constructor(
    private readonly events: AuthEvents,
    private readonly trail: AuditTrail,
    private readonly sweeper: AuthEventSweeper,
  ) {}

  onModuleInit(): void {
    this.subscription = this.events.all.subscribe((event) => this.trail.note(event));
  }

  /** What a statement fails of is logged where it is asked (`databaseAnswer`), once a minute. */
  onApplicationBootstrap(): void {
    const flush = (): Promise<void> => this.trail.flush();
    const sweep = async (): Promise<void> => void (await this.sweeper.sweep());
    this.stops = [
      repeatEvery(FLUSH_INTERVAL_MS, flush, () => {}),
      repeatEvery(SWEEP_INTERVAL_MS, sweep, () => {}),
    ];
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.trail.flush().catch(() => {});
  }

  /** Once more for the requests that were still under way, unless the database is closed already. */
  async onApplicationShutdown(): Promise<void> {
    for (const stop of this.stops) stop();
    this.subscription?.unsubscribe();
    await this.trail.flush().catch(() => {});
    const count = this.trail.waitingCount;
    if (count > 0)
      this.logger.warn(`${count} events are lost to the table of events: it is the end`);
  }
}
