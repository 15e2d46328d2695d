import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import type { Subscription } from 'rxjs';
import { answerWithin, repeatEvery } from '../clock.js';
import { AuthEvents } from '../events.js';
import { AUDIT_SINKS, type AuditSink } from './audit-sink.js';
import { AuditTrail } from './audit-trail.js';
import { AuthEventSweeper } from './auth-event-sweeper.js';
import type { Deliveries } from './deliveries.js';

const FLUSH_INTERVAL_MS = 500;
const SWEEP_INTERVAL_MS = 10 * 60 * 1000;
/** How long a stop waits for those who are to be told. */
const LAST_DELIVERY_MS = 2_000;

/** What the audit does beside the requests: it listens, writes what it heard, and sweeps what is old. */
@Injectable()
export class AuditTasks
  implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  private readonly logger = new Logger('AuthModule');
  private readonly deliveries: readonly Deliveries[];
  private subscription: Subscription | undefined;
  private stops: readonly (() => void)[] = [];

  constructor(
    private readonly events: AuthEvents,
    private readonly trail: AuditTrail,
    private readonly sweeper: AuthEventSweeper,
    @Inject(AUDIT_SINKS) sinks: readonly AuditSink[],
  ) {
    this.deliveries = sinks.flatMap(({ deliveries }) => deliveries ?? []);
  }

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
      ...this.deliveries.map((one) =>
        repeatEvery(
          FLUSH_INTERVAL_MS,
          () => one.deliverDue(),
          () => {},
        ),
      ),
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
    await this.deliverAtLast();
    const count = this.trail.waitingCount;
    if (count > 0)
      this.logger.warn(`${count} events are lost to the table of events: it is the end`);
    const undelivered = this.deliveries.reduce((sum, one) => sum + one.stop(), 0);
    if (undelivered > 0) this.logger.warn(`${undelivered} messages are lost: it is the end`);
  }

  /** A receiver that hangs must not hold up the stop. */
  private async deliverAtLast(): Promise<void> {
    const delivered = Promise.all(this.deliveries.map((one) => one.deliverDue()));
    await answerWithin(LAST_DELIVERY_MS, delivered, 'late').catch(() => {});
  }
}
