import {
  And,
  type FindManyOptions,
  type FindOptionsWhere,
  IsNull,
  LessThan,
  LessThanOrEqual,
  MoreThan,
  MoreThanOrEqual,
  Not,
} from 'typeorm';
import type { SessionRow } from './refresh-token.entity.js';
import type { LivingTimes } from './session-end.js';
import type { SessionPlace } from './session-place.js';
import type { SessionTable } from './session-table.js';

/** Of whom, and of which of their live sessions. */
export interface LiveAsked {
  readonly userId: string;
  /** When the times of a row are those of a session that goes on. */
  readonly living: LivingTimes;
  /** The one that is left out; null for none. @default null */
  readonly exceptId?: string | null;
  /** The first of them, in the order of their use; null for the one used last. @default null */
  readonly from?: SessionPlace | null;
}

/** The latest first. */
const BY_USE = { rotatedAtMs: 'DESC', id: 'DESC' } as const;

const PLACE = { id: true, rotatedAtMs: true } as const;

/** What is asked about a user's live sessions: by the index that has these alone. */
export class LiveSessions {
  constructor(private readonly table: SessionTable) {}

  /** The most recently used first. @param most how many at most; null for all */
  find(asked: LiveAsked, most: number | null): Promise<SessionRow[]> {
    const take = most ?? undefined;
    return this.read({ where: this.where(asked), order: BY_USE, take });
  }

  /** The place of the one that was used last; null where there is none. */
  async findLastUsed(asked: LiveAsked): Promise<SessionPlace | null> {
    return this.findBeyond(asked, 0);
  }

  /** The place of the first one that is too many; null where there are no more than `most`. */
  async findBeyond(asked: LiveAsked, most: number): Promise<SessionPlace | null> {
    const where = this.where(asked);
    const page = { select: PLACE, where, order: BY_USE, skip: most, take: 1 };
    const [first = null] = await this.read(page);
    return first === null ? null : { usedAtMs: first.rotatedAtMs, id: first.id };
  }

  /** Some of the ids, in no order: of many, it does not read all. */
  async findIds(asked: LiveAsked, most: number): Promise<string[]> {
    const rows = await this.read({ select: { id: true }, where: this.where(asked), take: most });
    return rows.map(({ id }) => id);
  }

  /** Of every session of the user that was not revoked, those past their end too: some of the ids, in no order. */
  async findUnrevokedIds(userId: string, exceptId: string | null, most: number): Promise<string[]> {
    const where = {
      userId: this.table.isExactly(userId),
      revokedAtMs: IsNull(),
      ...(exceptId === null ? {} : { id: Not(exceptId) }),
    };
    const rows = await this.read({ select: { id: true }, where, take: most });
    return rows.map(({ id }) => id);
  }

  /** In the words of the order: used before that place, or then and not after it. */
  private where(asked: LiveAsked): FindOptionsWhere<SessionRow>[] {
    const { userId, living, exceptId = null, from = null } = asked;
    const usedSince = MoreThanOrEqual(living.usedSinceMs);
    const live = {
      userId: this.table.isExactly(userId),
      revokedAtMs: IsNull(),
      expiresAtMs: MoreThan(living.nowMs),
      absoluteExpiresAtMs: MoreThan(living.nowMs),
      createdAtMs: MoreThanOrEqual(living.createdSinceMs),
      rotatedAtMs: usedSince,
      ...(exceptId === null ? {} : { id: Not(exceptId) }),
    };
    if (from === null) return [live];
    const upTo = LessThanOrEqual(from.id);
    const id = exceptId === null ? upTo : And(Not(exceptId), upTo);
    return [
      { ...live, rotatedAtMs: And(usedSince, LessThan(from.usedAtMs)) },
      { ...live, rotatedAtMs: from.usedAtMs, id },
    ];
  }

  /** Past the query cache that a host may have switched on for everything. */
  private read(options: FindManyOptions<SessionRow>): Promise<SessionRow[]> {
    const { entity } = this.table;
    return this.table.run(({ manager }) => manager.find(entity, { ...options, cache: false }));
  }
}
