import {
  type EntityManager,
  type FindManyOptions,
  type FindOptionsWhere,
  In,
  LessThanOrEqual,
  MoreThan,
  Not,
  Raw,
} from 'typeorm';
import type { SessionRow } from './refresh-token.entity.js';
import { RevocationPoll } from './revocation-poll.store.js';
import {
  ConfirmStatement,
  type Recovery,
  type SeenToken,
  type Swap,
  SwapStatement,
} from './session-statements.js';
import type { SessionTable } from './session-table.js';
import type { WithdrawalState } from './withdrawn-generations.js';

/** How many rows one statement of a batch may name: well below every driver's limit of parameters. */
const BATCH_ROWS = 200;

/** Not `IS NULL`: MariaDB would go by the index of revocations, in which every live session is the same. */
const IS_UNREVOKED = Raw((column) => `COALESCE(${column}, 0) = 0`);

/** A session that has been revoked. */
export type RevokedSession = Pick<SessionRow, 'id' | 'userId' | 'revokedAtMs'>;

/** Which generations a session has, and whose it is. */
export type SessionGenerations = Pick<SessionRow, 'id' | 'userId' | keyof WithdrawalState>;

const GENERATIONS = {
  id: true,
  userId: true,
  generation: true,
  parentGeneration: true,
  withdrawnGenerations: true,
} as const satisfies Record<keyof SessionGenerations, true>;

/** What a batch of the purge has found, and how many of these it deleted itself. */
export interface Purged {
  readonly found: number;
  readonly deleted: number;
}

/** What one statement revokes. */
export interface Revocation {
  readonly userId: string;
  /** The one session that it is about; null for those of the user. */
  readonly sessionId: string | null;
  readonly reason: string;
  readonly atMs: number;
}

/**
 * Every statement about `refresh_tokens`, those that are prepared in `session-statements`. A
 * method is one verb; a lost race is a boolean, not an exception. What decides is one conditional statement. Where a
 * method has more (to revoke all and read which, to find and delete), each may be repeated, or the caller makes them
 * one by {@link transaction} and `within`.
 *
 * @throws UnavailableError from every method when the database does not do as it is told
 */
export class RefreshTokenStore {
  /** What other instances have ended. */
  readonly poll: RevocationPoll;
  private readonly rotation: SwapStatement;
  private readonly recovery: SwapStatement<Recovery>;
  private readonly confirmStatement: ConfirmStatement;

  constructor(private readonly table: SessionTable) {
    this.poll = new RevocationPoll(table);
    this.rotation = SwapStatement.rotating(table);
    this.recovery = SwapStatement.recovering(table);
    this.confirmStatement = new ConfirmStatement(table);
  }

  /** Adds a session. */
  async open(session: SessionRow): Promise<void> {
    await this.table.run(({ manager }) => manager.insert(this.table.entity, session));
  }

  /** Adds a session that the database has lost. @returns its row, also where somebody else was faster */
  async restore(session: SessionRow): Promise<SessionRow> {
    try {
      await this.open(session);
      return session;
    } catch (error) {
      const there = await this.find(session.id);
      if (there === null) throw error;
      return there;
    }
  }

  async find(id: string): Promise<SessionRow | null> {
    const [session = null] = await this.read({ where: { id } });
    return session;
  }

  /** The user's live sessions, the most recently used first. */
  findLive(userId: string, nowMs: number): Promise<SessionRow[]> {
    return this.read({
      where: this.liveOf(userId, nowMs),
      order: { rotatedAtMs: 'DESC', id: 'DESC' },
    });
  }

  /** Makes another token the live one. @returns false when `liveHash` was no longer live: somebody was faster */
  rotate(swap: Swap): Promise<boolean> {
    return this.rotation.run(swap);
  }

  /** The same for a live token that nobody was seen to use. @returns false when somebody was */
  recover(recovery: Recovery): Promise<boolean> {
    return this.recovery.run(recovery);
  }

  /**
   * Notes that these tokens were seen in their holders' hands.
   *
   * @returns those among which some were passed over: no longer live, or confirmed before
   */
  confirm(seen: readonly SeenToken[], nowMs: number): Promise<SeenToken[]> {
    return this.confirmStatement.run(seen, nowMs);
  }

  /** The places of these sessions, but for those that were revoked. */
  async findUnrevoked(ids: readonly string[]): Promise<SessionGenerations[]> {
    const found: SessionGenerations[] = [];
    for (let first = 0; first < ids.length; first += BATCH_ROWS) {
      const batch = In(ids.slice(first, first + BATCH_ROWS));
      const where = { id: batch, revokedAtMs: IS_UNREVOKED };
      found.push(...(await this.read({ select: GENERATIONS, where })));
    }
    return found;
  }

  /** What a revocation has revoked. */
  findRevoked({ userId, sessionId, reason, atMs }: Revocation): Promise<RevokedSession[]> {
    return this.read({
      select: { id: true, userId: true, revokedAtMs: true },
      where: {
        ...(sessionId === null ? {} : { id: sessionId }),
        userId: this.table.isExactly(userId),
        revokedAtMs: atMs,
        revokedReason: reason,
      },
    });
  }

  /** Ends a session. @returns false when it had ended before, or there is none */
  async revoke(id: string, reason: string, nowMs: number): Promise<boolean> {
    return this.revokeWhere({ id, revokedAtMs: IS_UNREVOKED }, reason, nowMs);
  }

  /** Ends a live session of this user. @returns false when the user has no such session */
  async revokeOwn(id: string, userId: string, reason: string, nowMs: number): Promise<boolean> {
    return this.revokeWhere({ ...this.liveOf(userId, nowMs), id }, reason, nowMs);
  }

  /**
   * Ends every session of a user, but for `exceptId`.
   *
   * @param within the transaction that this is a part of
   * @returns those that it ended
   */
  async revokeAll(
    userId: string,
    exceptId: string | null,
    reason: string,
    nowMs: number,
    within?: EntityManager,
  ): Promise<RevokedSession[]> {
    const others = exceptId === null ? {} : { id: Not(exceptId) };
    const owner = this.table.isExactly(userId);
    const live = { userId: owner, revokedAtMs: IS_UNREVOKED, ...others };
    if (!(await this.revokeWhere(live, reason, nowMs, within))) return [];
    const ended: FindManyOptions<SessionRow> = {
      select: { id: true, userId: true, revokedAtMs: true },
      where: { userId: owner, revokedAtMs: nowMs, revokedReason: reason, ...others },
    };
    return this.read(ended, within);
  }

  /** Makes several writes one: all of them hold, or none. */
  transaction<Answer>(writes: (manager: EntityManager) => Promise<Answer>): Promise<Answer> {
    return this.table.transaction(writes);
  }

  /**
   * Deletes a batch of sessions that nothing can be asked about any more: by one column, for a condition on two
   * would have the database read the table.
   *
   * @param column the absolute end, or the revocation
   * @param untilMs sessions whose time in that column is not after it
   */
  async purge(column: 'absoluteExpiresAtMs' | 'revokedAtMs', untilMs: number): Promise<Purged> {
    const due = await this.read({
      select: { id: true },
      where: { [column]: LessThanOrEqual(untilMs) },
      // In the order of the index: many that are due would have PostgreSQL read the table from its start.
      order: { [column]: 'ASC' },
      take: BATCH_ROWS,
    });
    if (due.length === 0) return { found: 0, deleted: 0 };
    const these = { id: In(due.map(({ id }) => id)) };
    const { affected } = await this.table.run(({ manager }) =>
      manager.delete(this.table.entity, these),
    );
    return { found: due.length, deleted: affected ?? 0 };
  }

  /** Past the query cache that a host may have switched on for everything. */
  private read(
    options: FindManyOptions<SessionRow>,
    within?: EntityManager,
  ): Promise<SessionRow[]> {
    const find = (manager: EntityManager) =>
      manager.find(this.table.entity, { ...options, cache: false });
    return within === undefined ? this.table.run(({ manager }) => find(manager)) : find(within);
  }

  private async revokeWhere(
    where: FindOptionsWhere<SessionRow>,
    revokedReason: string,
    revokedAtMs: number,
    within?: EntityManager,
  ): Promise<boolean> {
    const update = (manager: EntityManager) =>
      manager.update(this.table.entity, where, { revokedAtMs, revokedReason });
    const revoked =
      within === undefined
        ? await this.table.run(({ manager }) => update(manager))
        : await update(within);
    return (revoked.affected ?? 0) > 0;
  }

  private liveOf(userId: string, nowMs: number) {
    return {
      userId: this.table.isExactly(userId),
      revokedAtMs: IS_UNREVOKED,
      expiresAtMs: MoreThan(nowMs),
    };
  }
}
