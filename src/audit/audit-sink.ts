import type { EventRow } from './auth-event.entity.js';

/** Whoever is told of each event that is in the table. */
export interface AuditSink {
  /** Returns at once and never throws: what is to be done takes place later. */
  take(event: EventRow): void;
}

/** The token under which the audit receives its {@link AuditSink}s. */
export const AUDIT_SINKS = Symbol('nestjs-baton audit sinks');
