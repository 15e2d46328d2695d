import type { Provider } from '@nestjs/common';
import { AUDIT_SETTINGS, type AuditSettings } from '../audit/audit-options.js';
import { AUDIT_SINKS, type AuditSink } from '../audit/audit-sink.js';
import { auditProviders } from '../audit/audit.providers.js';
import type { AuthEventRecord } from '../audit/auth-event.entity.js';
import { Deliveries } from '../audit/deliveries.js';
import { SessionRevokedEvents, isRefusedByReceiver } from '../audit/session-revoked-events.js';
import { UserNotices } from '../audit/user-notices.js';
import { Webhook, isRefusedByWebhook } from '../audit/webhook.js';
import { CLOCK, type Clock } from '../clock.js';
import { SecurityEventTokens } from '../tokens/security-event-token.js';
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
    inject: [AUTH_CONFIG, CLOCK],
    useFactory: (config: AuthConfig, clock: Clock) => sinksOf(config, clock),
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
function sinksOf({ audit, accessKeys, settings }: AuthConfig, clock: Clock): AuditSink[] {
  const { notifyUser, webhooks, eventReceivers } = audit;
  const isSecret = accessKeys.current.verifyWith.type === 'secret';
  if (eventReceivers.length > 0 && isSecret) throw withoutKeyPair();
  const tokens = new SecurityEventTokens(accessKeys, settings.issuer, clock);
  return [
    ...(notifyUser === null ? [] : [new UserNotices(notifyUser)]),
    ...webhooks.map(
      ({ url, secret }) => new Webhook(secret, new Deliveries(url, isRefusedByWebhook, clock)),
    ),
    ...eventReceivers.map((receiver) => {
      const deliveries = new Deliveries(receiver.url, isRefusedByReceiver, clock);
      return new SessionRevokedEvents(receiver, settings.issuer, tokens, deliveries);
    }),
  ];
}

/** Whoever verifies by a secret can sign by it: access tokens, too. */
const withoutKeyPair = () =>
  new AuthOptionsError('AuthModule: option eventReceivers takes accessPrivateKey beside it');

/** @throws AuthOptionsError where somebody is to be told of events that are not kept */
function assertNobodyToTell({ notifyUser, webhooks, eventReceivers }: AuditSettings): void {
  const told = [
    notifyUser === null ? '' : 'notifyUser',
    webhooks.length === 0 ? '' : 'webhooks',
    eventReceivers.length === 0 ? '' : 'eventReceivers',
  ].filter(Boolean);
  if (told.length === 0) return;
  throw new AuthOptionsError(`AuthModule: option ${told.join(', ')} takes audit: true beside it`);
}
