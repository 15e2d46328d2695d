import type { SelectQueryBuilder } from 'typeorm';
import { familyOf } from './database-family.js';
import type { SessionRow } from './refresh-token.entity.js';
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

/** All that were revoked at one moment for one reason: their ids, one after the other. */
interface Gathered {
  readonly ids: string;
  readonly revokedAtMs: unknown;
  readonly reason: string | null;
}

export const SECOND_MS = 1000;

/** As many are given out at once: what is done for each of them holds everybody else up. */
const PAGE = 500;

const SECOND = `session.revokedAtMs - session.revokedAtMs % ${SECOND_MS}`;

/** No id has one in it. */
const BETWEEN_IDS = ',';

/**
 * What instances ask again and again: rows as the driver has them, for there may be many. Past the query cache that a
 * host may have switched on for everything.
 */
export class RevocationPoll {
  constructor(private readonly table: SessionTable) {}

  /** The seconds from `sinceMs` on in which sessions were revoked, the earliest first. @param sinceMs a whole second */
  async countRevoked(sinceMs: number): Promise<RevokedSecond[]> {
    const rows = await this.rows<Record<keyof RevokedSecond, unknown>>((sessions) =>
      sessions
        .select(SECOND, 'fromMs')
        .addSelect('COUNT(*)', 'count')
        .where('session.revokedAtMs >= :sinceMs', { sinceMs })
        .groupBy(SECOND),
    );
    const seconds = rows.map((row) => ({ fromMs: Number(row.fromMs), count: Number(row.count) }));
    return seconds.toSorted((one, other) => one.fromMs - other.fromMs);
  }

  /**
   * The sessions that were revoked from `fromMs` on and before `untilMs`, five hundred at a time. A driver that makes
   * objects of a hundred thousand rows does nothing else meanwhile: they come as one text, or in statements of five
   * hundred each.
   */
  async *findRevokedBetween(
    fromMs: number,
    untilMs: number,
  ): AsyncGenerator<readonly FedRevocation[]> {
    // MySQL would cut such a text short, but has each id at its place in the index of moments.
    const isPlaced = this.family === 'mysql';
    yield* isPlaced ? this.pagesByPlace(fromMs, untilMs) : this.pagesOfText(fromMs, untilMs);
  }

  private async *pagesOfText(fromMs: number, untilMs: number): AsyncGenerator<FedRevocation[]> {
    const gather = this.family === 'postgres' ? 'string_agg' : 'group_concat';
    const gathered = await this.rows<Gathered>((sessions) =>
      sessions
        .select(`${gather}(session.id, '${BETWEEN_IDS}')`, 'ids')
        .addSelect('session.revokedAtMs', 'revokedAtMs')
        .addSelect('session.revokedReason', 'reason')
        .where('session.revokedAtMs >= :fromMs AND session.revokedAtMs < :untilMs')
        .setParameters({ fromMs, untilMs })
        .groupBy('session.revokedAtMs')
        .addGroupBy('session.revokedReason'),
    );
    let page: FedRevocation[] = [];
    for (const session of sessionsIn(gathered)) {
      page.push(session);
      if (page.length < PAGE) continue;
      yield page;
      page = [];
    }
    yield page;
  }

  private async *pagesByPlace(fromMs: number, untilMs: number): AsyncGenerator<FedRevocation[]> {
    let after = { fromMs, id: '' };
    for (;;) {
      const rows = await this.rows<{ id: string; revokedAtMs: unknown; reason: string | null }>(
        (sessions) =>
          sessions
            .select('session.id', 'id')
            .addSelect('session.revokedAtMs', 'revokedAtMs')
            .addSelect('session.revokedReason', 'reason')
            .where('session.revokedAtMs = :fromMs AND session.id > :id')
            .orWhere('session.revokedAtMs > :fromMs AND session.revokedAtMs < :untilMs')
            .setParameters({ ...after, untilMs })
            .orderBy('session.revokedAtMs')
            .addOrderBy('session.id')
            .limit(PAGE),
      );
      const page = rows.map((row) => ({ ...row, revokedAtMs: Number(row.revokedAtMs) }));
      yield page;
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return;
      after = { fromMs: last.revokedAtMs, id: last.id };
    }
  }

  private get family() {
    return familyOf(this.table.dataSource.options.type);
  }

  private rows<Row extends object>(
    asked: (sessions: SelectQueryBuilder<SessionRow>) => SelectQueryBuilder<SessionRow>,
  ): Promise<Row[]> {
    return this.table.run(({ manager }) =>
      asked(manager.createQueryBuilder(this.table.entity, 'session'))
        .cache(false)
        .getRawMany<Row>(),
    );
  }
}

function* sessionsIn(gathered: readonly Gathered[]): Generator<FedRevocation> {
  for (const { ids, revokedAtMs, reason } of gathered) {
    const revoked = { revokedAtMs: Number(revokedAtMs), reason };
    for (let at = 0; at < ids.length;) {
      const found = ids.indexOf(BETWEEN_IDS, at);
      const end = found < 0 ? ids.length : found;
      yield { id: ids.slice(at, end), ...revoked };
      at = end + 1;
    }
  }
}
