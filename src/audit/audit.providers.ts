import type { Provider } from '@nestjs/common';
import { SessionOrigins } from '../sessions/session-origins.store.js';
import { SessionTable } from '../sessions/session-table.js';
import { Activity } from './activity.js';
import { AuditTasks } from './audit-tasks.js';
import { AuditTrail } from './audit-trail.js';
import type { AuthEventRecord } from './auth-event.entity.js';
import { AuthEventStore } from './auth-event.store.js';
import { AuthEventSweeper } from './auth-event-sweeper.js';
import { KnownDevices } from './known-devices.js';

/** What an application uses of them. */
export const AUDIT_EXPORTS = [Activity];

/** The parts of the audit, which an `AuthModule` without it has none of. */
export function auditProviders(entity: typeof AuthEventRecord): Provider[] {
  return [
    {
      provide: AuthEventStore,
      inject: [SessionTable],
      useFactory: (table: SessionTable) => new AuthEventStore(table, entity),
    },
    {
      provide: SessionOrigins,
      inject: [SessionTable],
      useFactory: (table: SessionTable) => new SessionOrigins(table),
    },
    Activity,
    KnownDevices,
    AuditTrail,
    AuthEventSweeper,
    AuditTasks,
  ];
}
