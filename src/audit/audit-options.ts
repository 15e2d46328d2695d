import * as v from 'valibot';
import { type Duration, durationSeconds } from '../options.js';

/** What is kept of what happens, and who is told: see docs/audit.md. Of use with the extra `audit` alone. */
export interface AuditOptions {
  /** How long events stay in the table. @default '90d' */
  readonly auditRetention?: Duration | undefined;
  /** Whether refreshes are kept, too: a row for each, where the other events are a few for each login. @default false */
  readonly auditRefreshes?: boolean | undefined;
}

/** {@link AuditOptions}, complete. */
export interface AuditSettings {
  readonly retentionSeconds: number;
  readonly refreshes: boolean;
}

/** The token under which the parts of the audit receive their {@link AuditSettings}. */
export const AUDIT_SETTINGS = Symbol('nestjs-baton audit settings');

/** The schemas of {@link AuditOptions}, one for each. */
export const auditEntries = {
  auditRetention: v.optional(durationSeconds(1), 7_776_000),
  auditRefreshes: v.optional(v.boolean('takes true or false'), false),
};

/** @param options of which the others are left alone */
export function auditSettings(options: AuditOptions): AuditSettings {
  const { auditRetention, auditRefreshes } = v.parse(v.object(auditEntries), options);
  return { retentionSeconds: auditRetention, refreshes: auditRefreshes };
}
