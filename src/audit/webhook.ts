import { createHmac } from 'node:crypto';
import type { AuditSink } from './audit-sink.js';
import type { EventRow } from './auth-event.entity.js';
import type { Deliveries } from './deliveries.js';

/** Where events are posted to. */
export interface WebhookOptions {
  /** `https://…`, or `http://` on this machine. */
  readonly url: string;
  /** Signs what is posted: `whsec_` and 24 to 64 random bytes in base64. */
  readonly secret: string;
}

/** What precedes a secret in the scheme of Standard Webhooks. */
export const SECRET_PREFIX = 'whsec_';

/** Gone: the receiver wants no more of it. */
export const isRefusedByWebhook = (status: number): boolean => status === 410;

/**
 * Posts every event that is kept, signed.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export class Webhook implements AuditSink {
  constructor(
    private readonly secret: string,
    readonly deliveries: Deliveries,
  ) {}

  take(event: EventRow): void {
    const body = JSON.stringify(payloadOf(event));
    this.deliveries.add({
      body: () => body,
      headers: (nowMs) => {
        const seconds = Math.floor(nowMs / 1000);
        return {
          'Content-Type': 'application/json',
          'webhook-id': event.id,
          'webhook-timestamp': String(seconds),
          'webhook-signature': signatureOf(this.secret, event.id, seconds, body),
        };
      },
    });
  }
}

/** @param seconds when it is sent, Unix seconds: a receiver refuses what is older than some minutes */
export function signatureOf(secret: string, id: string, seconds: number, body: string): string {
  const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
  const mac = createHmac('sha256', key).update(`${id}.${seconds}.${body}`);
  return `v1,${mac.digest('base64')}`;
}

function payloadOf(event: EventRow) {
  return {
    type: event.type,
    timestamp: new Date(event.occurredAtMs).toISOString(),
    data: {
      user_id: event.userId,
      session_id: event.sessionId,
      reason: event.reason,
      ip: event.ip,
      user_agent: event.userAgent,
      device_name: event.deviceName,
      known_before: event.knownBefore,
      detail: event.detail === null ? null : JSON.parse(event.detail),
    },
  };
}
