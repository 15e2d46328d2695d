import {
  Inject,
  Injectable,
  type OnModuleDestroy,
  type OnModuleInit,
  Optional,
} from '@nestjs/common';
import { type MeterProvider, metrics, trace } from '@opentelemetry/api';
import { AuthService } from '../auth/auth.service.js';
import { AuthEvents } from '../events.js';
import { ExpiredSessionSweeper } from '../sessions/expired-session-sweeper.js';
import { RevocationList } from '../sessions/revocation-list.js';
import { SessionTable } from '../sessions/session-table.js';
import { EventCounters } from './event-counters.js';
import { observe } from './observed.js';
import { observePool } from './observed-pool.js';
import { noteRefresh, traceCalls } from './spans.js';

/** The token of a `MeterProvider` of the application's own. Without one, OpenTelemetry's global one is asked. */
export const METER_PROVIDER = Symbol('nestjs-baton meter provider');

/**
 * Metrics and traces by OpenTelemetry, for the application that provides it where it imports `AuthModule`. Who does
 * not pays nothing: nothing of it is loaded, and no other code asks whether it is there. No metric and no span has a
 * token, an id or anything that a person typed.
 *
 * OpenTelemetry's SDK has to be started before the application is: what asks for a meter earlier gets one that
 * counts nothing.
 *
 * @example `@Module({ imports: [AuthModule.forRoot(…)], providers: [AuthTelemetry] })`
 */
@Injectable()
export class AuthTelemetry implements OnModuleInit, OnModuleDestroy {
  private stops: readonly (() => void)[] = [];

  constructor(
    private readonly auth: AuthService,
    private readonly events: AuthEvents,
    private readonly revocations: RevocationList,
    private readonly sweeper: ExpiredSessionSweeper,
    private readonly table: SessionTable,
    @Optional() @Inject(METER_PROVIDER) private readonly meters?: MeterProvider,
  ) {}

  onModuleInit(): void {
    const meter = (this.meters ?? metrics).getMeter(SCOPE);
    const counters = new EventCounters(meter);
    traceCalls(this.auth, trace.getTracer(SCOPE));
    const subscription = this.events.all.subscribe((event) => {
      counters.count(event);
      if (event.type === 'session.refreshed') noteRefresh(event);
    });
    this.stops = [
      () => subscription.unsubscribe(),
      observe(meter, this.revocations, this.sweeper),
      observePool(meter, this.table.dataSource),
    ];
  }

  onModuleDestroy(): void {
    for (const stop of this.stops) stop();
  }
}

/** As whose the metrics and spans are known. */
const SCOPE = 'nestjs-baton';
