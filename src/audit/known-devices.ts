import { Injectable } from '@nestjs/common';
import { SessionOrigins } from '../sessions/session-origins.store.js';
import { AuthEventStore } from './auth-event.store.js';
import type { EventRow } from './auth-event.entity.js';
import { deviceOf } from './device.js';

/** Of an event without a session, and of a session that is no longer in the table. */
const NOWHERE = { ip: null, userAgent: null, deviceName: null };

/**
 * Says of events where their sessions were opened, and of logins whether the user had logged in from that device
 * before: by the sessions that are still in the table, and by the events that are.
 */
@Injectable()
export class KnownDevices {
  constructor(
    private readonly sessions: SessionOrigins,
    private readonly events: AuthEventStore,
  ) {}

  /** @throws UnavailableError */
  async describe(records: readonly EventRow[]): Promise<EventRow[]> {
    const ids = new Set(records.flatMap(({ sessionId }) => sessionId ?? []));
    const origins = await this.sessions.of([...ids]);
    const originOf = new Map(origins.map((origin) => [origin.id, origin]));
    const described: EventRow[] = [];
    for (const record of records) {
      const { ip, userAgent, deviceName } = originOf.get(record.sessionId ?? '') ?? NOWHERE;
      const facts = { ...record, ip: record.ip ?? ip, userAgent, deviceName };
      described.push(record.type === 'session.opened' ? await this.ofLogin(facts) : facts);
    }
    return described;
  }

  private async ofLogin(record: EventRow): Promise<EventRow> {
    const { userId, sessionId } = record;
    const device = deviceOf(record);
    if (userId === null || sessionId === null) return { ...record, device };
    return { ...record, device, knownBefore: await this.isKnown(device, userId, sessionId) };
  }

  private async isKnown(device: string, userId: string, sessionId: string): Promise<boolean> {
    const earlier = await this.sessions.before(sessionId, userId);
    if (earlier.some((origin) => deviceOf(origin) === device)) return true;
    return this.events.hasOpenedFrom(device, userId, sessionId);
  }
}
