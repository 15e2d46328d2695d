import {
  type EntityManager,
  type FindManyOptions,
  type FindOptionsWhere,
  In,
  IsNull,
  MoreThan,
  Not,
  Raw,
} from 'typeorm';
import { ExpiredSessions } from './expired-sessions.store.js';
import { LiveSessions } from './live-sessions.store.js';
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
export const BATCH_ROWS = 200;

/**
 * For sessions by their ids. Not `IS NULL`, which the index of a user's live sessions is for: MariaDB would go by
 * that of revocations, in which every live session is the same.
 */
const IS_UNREVOKED = Raw((column) => `COALESCE(${column}, 0) = 0`);

/** Which generations a session has, and whose it is. */
export type SessionGenerations = Pick<SessionRow, 'id' | 'userId' | keyof WithdrawalState>;

const GENERATIONS = {
  id: true,
  userId: true,
  generation: true,
  parentGeneration: true,
  withdrawnGenerations: true,
} as const satisfies Record<keyof SessionGenerations, true>;

/** What one statement revokes. */
export interface Revocation {
  readonly userId: string;
  /** The sessions that it is about, at most {@link BATCH_ROWS}; null for all of the user's. */
  readonly ids: Set<string> | null;
  readonly reason: string;
  readonly atMs: number;
}

/**
 * Every statement about `refresh_tokens`, those that are prepared in `session-statements`. A
 * method is one verb; a lost race is a boolean, not an exception. What decides is one conditional statement. Where a
 * method has more (to revoke all and read which), each may be repeated, or the caller makes them
 * one by {@link transaction} and `within`.
 *
 * @throws UnavailableError from every method when the database does not do as it is told
 */
export class RefreshTokenStore {
  /** What other instances have ended. */
  readonly poll: RevocationPoll;
  /** What a user has. */
  readonly live: LiveSessions;
  /** What may go. */
  readonly expired: ExpiredSessions;
  private readonly rotation: SwapStatement;
  private readonly recovery: SwapStatement<Recovery>;
  private readonly confirmStatement: ConfirmStatement;

  constructor(private readonly table: SessionTable) {
    this.poll = new RevocationPoll(table);
    this.live = new LiveSessions(table);
    this.expired = new ExpiredSessions(table);
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

  /** What a revocation has revoked: the ids, as the driver has them, for there may be many. */
  async findRevoked(
    { userId, ids, reason, atMs }: Revocation,
    within?: EntityManager,
  ): Promise<string[]> {
    const where = {
      ...(ids === null ? {} : { id: In([...ids]) }),
      userId: this.table.isExactly(userId),
      revokedAtMs: atMs,
      revokedReason: reason,
    };
    const find = (manager: EntityManager) =>
      manager
        .createQueryBuilder(this.table.entity, 'session')
        .select('session.id', 'id')
        .where(where)
        .cache(false)
        .getRawMany<{ id: string }>();
    const rows = await this.within(within, find);
    return rows.map(({ id }) => id);
  }

  /** Ends a session. @returns false when it had ended before, or there is none */
  async revoke(id: string, reason: string, nowMs: number): Promise<boolean> {
    return (await this.revokeWhere({ id, revokedAtMs: IS_UNREVOKED }, reason, nowMs)) > 0;
  }

  /** Ends a live session of this user. @returns false when the user has no such session */
  async revokeOwn(id: string, userId: string, reason: string, nowMs: number): Promise<boolean> {
    const own = { userId: this.table.isExactly(userId), expiresAtMs: MoreThan(nowMs) };
    const live = { id, ...own, revokedAtMs: IS_UNREVOKED };
    return (await this.revokeWhere(live, reason, nowMs)) > 0;
  }

  /**
   * Ends every session of a user, but for `exceptId`, as a part of a transaction.
   *
   * @returns those that it ended
   */
  async revokeAll(
    userId: string,
    exceptId: string | null,
    reason: string,
    atMs: number,
    within: EntityManager,
  ): Promise<string[]> {
    const others = exceptId === null ? {} : { id: Not(exceptId) };
    const live = { userId: this.table.isExactly(userId), revokedAtMs: IsNull(), ...others };
    const count = await this.revokeWhere(live, reason, atMs, within);
    return count === 0 ? [] : this.findRevoked({ userId, ids: null, reason, atMs }, within);
  }

  /**
   * Ends some sessions of a user; those that had ended before are passed over.
   *
   * @param ids at most {@link BATCH_ROWS}
   * @returns those that it ended
   */
  async revokeThese(
    ids: readonly string[],
    userId: string,
    reason: string,
    atMs: number,
  ): Promise<readonly string[]> {
    const id = In(ids);
    const count = await this.revokeWhere({ id, revokedAtMs: IS_UNREVOKED }, reason, atMs);
    if (count === ids.length || count === 0) return ids.slice(0, count);
    return this.findRevoked({ userId, ids: new Set(ids), reason, atMs });
  }

  /** Makes several writes one: all of them hold, or none. */
  transaction<Answer>(writes: (manager: EntityManager) => Promise<Answer>): Promise<Answer> {
    return this.table.transaction(writes);
  }

  /** Past the query cache that a host may have switched on for everything. */
  private read(options: FindManyOptions<SessionRow>): Promise<SessionRow[]> {
    const { entity } = this.table;
    return this.table.run(({ manager }) => manager.find(entity, { ...options, cache: false }));
  }

  /** @returns how many it ended */
  private async revokeWhere(
    where: FindOptionsWhere<SessionRow>,
    revokedReason: string,
    revokedAtMs: number,
    within?: EntityManager,
  ): Promise<number> {
    const { affected } = await this.within(within, (manager) =>
      manager.update(this.table.entity, where, { revokedAtMs, revokedReason }),
    );
    return affected ?? 0;
  }

  /** In a transaction, or by itself. */
  private within<Answer>(
    transaction: EntityManager | undefined,
    statement: (manager: EntityManager) => Promise<Answer>,
  ): Promise<Answer> {
    if (transaction !== undefined) return statement(transaction);
    return this.table.run(({ manager }) => statement(manager));
  }
}
