import type { Provider } from '@nestjs/common';
import { AUDIT_SETTINGS, type AuditSettings } from '../audit/audit-options.js';
import { AUDIT_SINKS, type AuditSink } from '../audit/audit-sink.js';
import { auditProviders } from '../audit/audit.providers.js';
import type { AuthEventRecord } from '../audit/auth-event.entity.js';
import { UserNotices } from '../audit/user-notices.js';
import { AUTH_CONFIG, type AuthConfig, AuthOptionsError } from './auth.options.js';

/** The audit as the options have it. @param events the entity of the events; null where none are kept */
export function auditParts(events: typeof AuthEventRecord | null): Provider[] {
  return events === null ? [NO_AUDIT] : [...AUDIT, ...auditProviders(events)];
}

const AUDIT: Provider[] = [
  {
    provide: AUDIT_SETTINGS,
    inject: [AUTH_CONFIG],
    useFactory: ({ audit }: AuthConfig) => audit,
  },
  {
    provide: AUDIT_SINKS,
    inject: [AUTH_CONFIG],
    useFactory: ({ audit }: AuthConfig) => sinksOf(audit),
  },
];

/** Nobody would be told anything, and the application would not know. */
const NO_AUDIT: Provider = {
  provide: AUDIT_SETTINGS,
  inject: [AUTH_CONFIG],
  useFactory: ({ audit }: AuthConfig) => {
    assertNobodyToTell(audit);
    return audit;
  },
};

/** Whoever is told of events, as the options say. */
function sinksOf({ notifyUser }: AuditSettings): AuditSink[] {
  return notifyUser === null ? [] : [new UserNotices(notifyUser)];
}

/** @throws AuthOptionsError where somebody is to be told of events that are not kept */
function assertNobodyToTell({ notifyUser }: AuditSettings): void {
  if (notifyUser === null) return;
  throw new AuthOptionsError('AuthModule: option notifyUser takes audit: true beside it');
}
