import type { SecurityEventTokens } from '../tokens/security-event-token.js';
import type { AuditSink } from './audit-sink.js';
import type { EventRow } from './auth-event.entity.js';
import type { Deliveries } from './deliveries.js';

/** Who is to know of sessions that were revoked, as a security event token. */
export interface EventReceiverOptions {
  /** `https://…`, or `http://` on this machine. */
  readonly url: string;
  /** The claim `aud`: what the receiver calls itself. */
  readonly audience: string;
  /** The header `Authorization` that the receiver wants, `Bearer …` for example. @default none */
  readonly authorization?: string | undefined;
}

/** The type of the event. */
export const SESSION_REVOKED =
  'https://schemas.openid.net/secevent/caep/event-type/session-revoked';

/** The token itself is at fault, and will be the next time (RFC 8935 section 2.3). */
export const isRefusedByReceiver = (status: number): boolean => status === 400;

/**
 * Pushes a CAEP `session-revoked` event for each session that was revoked.
 *
 * @see RFC 8417, RFC 8935, OpenID Continuous Access Evaluation Profile 1.0
 */
export class SessionRevokedEvents implements AuditSink {
  constructor(
    private readonly receiver: EventReceiverOptions,
    private readonly issuer: string,
    private readonly tokens: SecurityEventTokens,
    readonly deliveries: Deliveries,
  ) {}

  take(event: EventRow): void {
    if (event.type !== 'session.revoked') return;
    // Not before it is posted, one by one: a signature takes its time, and a user may have a thousand sessions.
    let token: string | undefined;
    const body = (): string => (token ??= this.tokenOf(event));
    const { authorization } = this.receiver;
    const headers = {
      'Content-Type': 'application/secevent+jwt',
      Accept: 'application/json',
      ...(authorization === undefined ? {} : { Authorization: authorization }),
    };
    this.deliveries.add({ body, headers: () => headers });
  }

  private tokenOf({ userId, sessionId, occurredAtMs, reason }: EventRow): string {
    return this.tokens.sign({
      audience: this.receiver.audience,
      subject: {
        format: 'complex',
        user: { format: 'iss_sub', iss: this.issuer, sub: userId },
        session: { format: 'opaque', id: sessionId },
      },
      events: {
        [SESSION_REVOKED]: {
          event_timestamp: Math.floor(occurredAtMs / 1000),
          reason_admin: { en: reason },
        },
      },
    });
  }
}
