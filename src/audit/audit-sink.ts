import type { EventRow } from './auth-event.entity.js';
import type { Deliveries } from './deliveries.js';

/** Whoever is told of each event that is in the table. */
export interface AuditSink {
  /** Returns at once: what is to be done takes place later. */
  take(event: EventRow): void;
  /** What it has to post, where it posts. */
  readonly deliveries?: Deliveries;
}

/** The token under which the audit receives its {@link AuditSink}s. */
export const AUDIT_SINKS = Symbol('nestjs-baton audit sinks');
