import { Logger } from '@nestjs/common';
import type { AuditSink } from './audit-sink.js';
import type { EventRow } from './auth-event.entity.js';

/** What a user may have to know of, to say that it was not them. */
export interface UserNotice {
  /**
   * `new_device`: a login from a device that the user had not logged in from before, the first login of all included;
   * `password_changed`; `reuse`: two parties held one session, which was ended.
   */
  readonly type: 'new_device' | 'password_changed' | 'reuse';
  /** The event in the table. */
  readonly eventId: string;
  readonly userId: string;
  readonly sessionId: string | null;
  /** When it happened, Unix milliseconds. */
  readonly atMs: number;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly deviceName: string | null;
}

/** What an application does to tell its user, an e-mail for example. */
export type NotifyUser = (notice: UserNotice) => void | Promise<void>;

/** Hands to the application what its users may have to know. */
export class UserNotices implements AuditSink {
  private readonly logger = new Logger('AuthModule');

  constructor(private readonly notifyUser: NotifyUser) {}

  take(event: EventRow): void {
    const type = noticeTypeOf(event);
    if (type === null || event.userId === null) return;
    const { id: eventId, userId, sessionId, occurredAtMs: atMs, ip, userAgent, deviceName } = event;
    const notice = { type, eventId, userId, sessionId, atMs, ip, userAgent, deviceName };
    void this.tell(notice);
  }

  private async tell(notice: UserNotice): Promise<void> {
    try {
      await this.notifyUser(notice);
    } catch (error) {
      const cause = error instanceof Error ? error.stack : error;
      this.logger.error(`notifyUser failed of ${notice.type}, event ${notice.eventId}`, cause);
    }
  }
}

function noticeTypeOf({ type, knownBefore }: EventRow): UserNotice['type'] | null {
  if (type === 'session.opened' && knownBefore === false) return 'new_device';
  if (type === 'password.changed') return 'password_changed';
  return type === 'token.reused' ? 'reuse' : null;
}
