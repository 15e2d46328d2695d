import { type FindManyOptions, In, LessThan, LessThanOrEqual, MoreThan, Raw } from 'typeorm';
import type { SessionRow } from './refresh-token.entity.js';
import type { SessionTable } from './session-table.js';

/** A session that has ended, as its user may see it. Times are Unix milliseconds. */
export interface EndedSession {
  readonly id: string;
  readonly createdAtMs: number;
  readonly endedAtMs: number;
  /** Why it was revoked; `expired` where nobody did. */
  readonly reason: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly deviceName: string | null;
}

/** Where a session was opened. */
export type OriginOfSession = Pick<SessionRow, 'id' | 'ip' | 'userAgent' | 'deviceName'>;

const ORIGIN = { id: true, ip: true, userAgent: true, deviceName: true } as const;

/** A user who opens more sessions than this before the sweeper takes them has a program for a browser. */
const MOST_EARLIER = 500;

/**
 * Questions about sessions that decide nothing, for whoever keeps or shows what has happened.
 *
 * @throws UnavailableError from every method when the database does not do as it is told
 */
export class SessionOrigins {
  constructor(private readonly table: SessionTable) {}

  /** Where these sessions were opened, those that are still in the table. */
  async of(sessionIds: readonly string[]): Promise<OriginOfSession[]> {
    if (sessionIds.length === 0) return [];
    return this.read({ select: ORIGIN, where: { id: In(sessionIds) } });
  }

  /** Where the user's earlier sessions were opened: by their ids, which grow with time. */
  before(sessionId: string, userId: string): Promise<OriginOfSession[]> {
    return this.read({
      select: ORIGIN,
      where: { userId: this.table.isExactly(userId), id: LessThan(sessionId) },
      order: { id: 'DESC' },
      take: MOST_EARLIER,
    });
  }

  /** The user's sessions that ended last, the latest first, as long as the sweeper has left them. */
  async ended(userId: string, nowMs: number, most: number): Promise<EndedSession[]> {
    const owner = this.table.isExactly(userId);
    const revoked = await this.read({
      where: { userId: owner, revokedAtMs: MoreThan(0) },
      order: { revokedAtMs: 'DESC', id: 'DESC' },
      take: most,
    });
    const isUnrevoked = Raw((column) => `COALESCE(${column}, 0) = 0`);
    const expired = await this.read({
      where: { userId: owner, revokedAtMs: isUnrevoked, expiresAtMs: LessThanOrEqual(nowMs) },
      order: { expiresAtMs: 'DESC', id: 'DESC' },
      take: most,
    });
    return [...revoked, ...expired]
      .map(endedSession)
      .toSorted((one, other) => other.endedAtMs - one.endedAtMs || (one.id < other.id ? 1 : -1))
      .slice(0, most);
  }

  /** Past the query cache that a host may have switched on for everything. */
  private read(options: FindManyOptions<SessionRow>): Promise<SessionRow[]> {
    return this.table.run(({ manager }) =>
      manager.find(this.table.entity, { ...options, cache: false }),
    );
  }
}

function endedSession(session: SessionRow): EndedSession {
  const { id, createdAtMs, revokedAtMs, expiresAtMs, ip, userAgent, deviceName } = session;
  const endedAtMs = revokedAtMs ?? expiresAtMs;
  const reason = revokedAtMs === null ? 'expired' : (session.revokedReason ?? '');
  return { id, createdAtMs, endedAtMs, reason, ip, userAgent, deviceName };
}
