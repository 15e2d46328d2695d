import type { SessionTable } from './session-table.js';

/** How many sessions were revoked within a second that begins at `fromMs`, Unix milliseconds. */
export interface RevokedSecond {
  readonly fromMs: number;
  readonly count: number;
}

/** A session that is to be refused. */
export interface FedRevocation {
  readonly id: string;
  readonly revokedAtMs: number;
  readonly reason: string | null;
}

export const SECOND_MS = 1000;

/** Parts of about the same size: by what a UUID ends with. The last one has whatever is in none of the others. */
export const PARTS: readonly string[] = ['01', '23', '45', '67', '89', 'ab', 'cd', ''];

const SECOND = `session.revokedAtMs - session.revokedAtMs % ${SECOND_MS}`;

/**
 * What instances ask again and again: rows as the driver has them, for there may be many. Past the query cache that a
 * host may have switched on for everything.
 */
export class RevocationPoll {
  constructor(private readonly table: SessionTable) {}

  /** The seconds from `sinceMs` on in which sessions were revoked, the earliest first. @param sinceMs a whole second */
  async countRevoked(sinceMs: number): Promise<RevokedSecond[]> {
    const rows = await this.table.run(({ manager }) =>
      manager
        .createQueryBuilder(this.table.entity, 'session')
        .select(SECOND, 'fromMs')
        .addSelect('COUNT(*)', 'count')
        .where('session.revokedAtMs >= :sinceMs', { sinceMs })
        .groupBy(SECOND)
        .cache(false)
        .getRawMany<Record<keyof RevokedSecond, unknown>>(),
    );
    const seconds = rows.map((row) => ({ fromMs: Number(row.fromMs), count: Number(row.count) }));
    return seconds.toSorted((one, other) => one.fromMs - other.fromMs);
  }

  /**
   * The sessions that were revoked from `fromMs` on and before `untilMs`.
   *
   * @param part one of {@link PARTS}; null for all
   */
  async findRevokedBetween(
    fromMs: number,
    untilMs: number,
    part: string | null = null,
  ): Promise<FedRevocation[]> {
    const rows = await this.table.run(({ manager }) =>
      manager
        .createQueryBuilder(this.table.entity, 'session')
        .select('session.id', 'id')
        .addSelect('session.revokedAtMs', 'revokedAtMs')
        .addSelect('session.revokedReason', 'reason')
        .where('session.revokedAtMs >= :fromMs AND session.revokedAtMs < :untilMs')
        .andWhere(isIn(part))
        .setParameters({ fromMs, untilMs })
        .cache(false)
        .getRawMany<{ id: string; revokedAtMs: unknown; reason: string | null }>(),
    );
    return rows.map(({ revokedAtMs, ...row }) => ({ ...row, revokedAtMs: Number(revokedAtMs) }));
  }
}

/** In SQL. Each id is in one part at least, whatever the collation takes for alike. */
function isIn(part: string | null): string {
  if (part === null) return '1 = 1';
  const endings = part === '' ? PARTS.join('') : part;
  const conditions = Array.from(endings, (ending) => `session.id LIKE '%${ending}'`);
  const condition = conditions.join(' OR ');
  return part === '' ? `NOT (${condition})` : `(${condition})`;
}
