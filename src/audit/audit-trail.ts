import { Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { InvalidRequestError } from '../errors.js';
import { type AuthEvent, AuthEvents } from '../events.js';
import { AUDIT_SETTINGS, type AuditSettings } from './audit-options.js';
import { AUDIT_SINKS, type AuditSink } from './audit-sink.js';
import type { EventRow } from './auth-event.entity.js';
import { AuthEventStore } from './auth-event.store.js';
import { KnownDevices } from './known-devices.js';
import { recordOf } from './record-of.js';

/** How many events wait for the database at most: about 10 MB of memory. */
export const MOST_WAITING = 10_000;

/** How many rows one statement writes: well below every driver's limit of parameters. */
const BATCH_ROWS = 100;

/**
 * Keeps events: notes them in memory as they happen, and writes them in batches beside the requests. What finds the
 * queue full is lost, and counted.
 */
@Injectable()
export class AuditTrail {
  private readonly logger = new Logger('AuthModule');
  private readonly waiting: EventRow[] = [];
  private noted = 0;
  private lost = 0;
  private flushing: Promise<void> | null = null;

  constructor(
    @Inject(AUDIT_SETTINGS) private readonly settings: AuditSettings,
    private readonly store: AuthEventStore,
    private readonly devices: KnownDevices,
    private readonly events: AuthEvents,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(AUDIT_SINKS) private readonly sinks: readonly AuditSink[],
  ) {}

  /** How many events wait to be written. */
  get waitingCount(): number {
    return this.waiting.length;
  }

  /** Notes an event. It costs what a push to a list costs, and never throws: whoever emits is in a request. */
  note(event: AuthEvent): void {
    if (event.type === 'session.refreshed' && !this.settings.refreshes) return;
    if (this.waiting.length >= MOST_WAITING) return this.lose(1);
    this.noted = (this.noted + 1) >>> 0;
    try {
      this.waiting.push(recordOf(event, this.noted, this.clock.nowMs()));
    } catch {
      // An application's own, which is no event.
      this.lose(1);
    }
  }

  /**
   * Writes what waits. Where it cannot be written now it goes on waiting.
   *
   * @throws UnavailableError when the database does not do as it is told
   */
  flush(): Promise<void> {
    this.flushing ??= this.writeAll().finally(() => {
      this.flushing = null;
    });
    return this.flushing;
  }

  private async writeAll(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.slice(0, BATCH_ROWS);
      await this.write(batch);
      this.waiting.splice(0, batch.length);
      this.tellOfLost();
    }
  }

  /** What the database has no place for now, it has none for later. */
  private async write(batch: readonly EventRow[]): Promise<void> {
    try {
      const described = await this.devices.describe(batch);
      await this.store.append(described);
      this.tell(described);
    } catch (error) {
      if (!(error instanceof InvalidRequestError)) throw error;
      this.lose(batch.length);
    }
  }

  /** Of what is in the table. */
  private tell(records: readonly EventRow[]): void {
    for (const record of records) for (const sink of this.sinks) this.hand(record, sink);
  }

  private hand(record: EventRow, sink: AuditSink): void {
    try {
      sink.take(record);
    } catch (error) {
      this.logger.error(`Nobody is told of event ${record.id}`, error);
    }
  }

  private lose(count: number): void {
    if (this.lost === 0) this.logger.warn('Events are being lost to the table of events');
    this.lost += count;
  }

  /** Once there is room again: the number is an event as any other, and is written as one. */
  private tellOfLost(): void {
    if (this.lost === 0 || this.waiting.length >= MOST_WAITING) return;
    const count = this.lost;
    this.lost = 0;
    this.logger.warn(`${count} events are lost to the table of events`);
    this.events.emit({ type: 'audit.lost', count, atMs: this.clock.nowMs() });
  }
}
