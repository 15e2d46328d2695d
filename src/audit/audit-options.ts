import * as v from 'valibot';
import { type Duration, durationSeconds, functionSchema } from '../options.js';
import { eventReceiversSchema, webhooksSchema } from './receiver-options.js';
import type { EventReceiverOptions } from './session-revoked-events.js';
import type { NotifyUser } from './user-notices.js';
import type { WebhookOptions } from './webhook.js';

/** What is kept of what happens, and who is told: see docs/audit.md. Of use with the extra `audit` alone. */
export interface AuditOptions {
  /** How long events stay in the table. @default '90d' */
  readonly auditRetention?: Duration | undefined;
  /** Whether refreshes are kept, too: a row for each, where the other events are a few for each login. @default false */
  readonly auditRefreshes?: boolean | undefined;
  /** Tells the user what they may have to know. What it throws is logged, and keeps nobody waiting. @default none */
  readonly notifyUser?: NotifyUser | undefined;
  /** Where every event that is kept is posted to, signed (Standard Webhooks). @default none */
  readonly webhooks?: readonly WebhookOptions[] | undefined;
  /**
   * Who is told of sessions that were revoked, by CAEP `session-revoked` events (RFC 8417, RFC 8935). They are signed
   * with `accessPrivateKey`, which has to be there. @default none
   */
  readonly eventReceivers?: readonly EventReceiverOptions[] | undefined;
}

/** {@link AuditOptions}, complete. */
export interface AuditSettings {
  readonly retentionSeconds: number;
  readonly refreshes: boolean;
  readonly notifyUser: NotifyUser | null;
  readonly webhooks: readonly WebhookOptions[];
  readonly eventReceivers: readonly EventReceiverOptions[];
}

/** The token under which the parts of the audit receive their {@link AuditSettings}. */
export const AUDIT_SETTINGS = Symbol('nestjs-baton audit settings');

/** The schemas of {@link AuditOptions}, one for each. */
export const auditEntries = {
  auditRetention: v.optional(durationSeconds(1), 7_776_000),
  auditRefreshes: v.optional(v.boolean('takes true or false'), false),
  notifyUser: v.optional(functionSchema),
  webhooks: v.optional(webhooksSchema, []),
  eventReceivers: v.optional(eventReceiversSchema, []),
};

/** @param options of which the others are left alone */
export function auditSettings(options: AuditOptions): AuditSettings {
  const { auditRetention, auditRefreshes, ...told } = v.parse(v.object(auditEntries), options);
  const notifyUser = options.notifyUser?.bind(options) ?? null;
  return { retentionSeconds: auditRetention, refreshes: auditRefreshes, ...told, notifyUser };
}
