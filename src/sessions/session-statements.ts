import type { SessionTable } from './session-table.js';
import type { LateNumber } from './late-number.js';
import { swappedAtMs } from './moment-of-swap.js';
import { type Assignments, PreparedUpdate } from './prepared-update.js';

/** What a swap asks for and what it writes. */
export interface Swap {
  readonly id: string;
  /** The hash of the token that has to be the live one. */
  readonly liveHash: string;
  readonly tokenHash: string;
  readonly generation: number;
  readonly parentGeneration: number;
  readonly sealedSuccessor: string;
  /** When it was asked for: the session must not have ended by then. Unix milliseconds. */
  readonly askedAtMs: number;
  /** When its statement is sent, each time it is; the row says when it was applied. Unix milliseconds. */
  readonly sentAtMs: LateNumber;
  readonly expiresAtMs: number;
  /** Until when the successor believes that its session lasts: the row has to agree. Unix milliseconds. */
  readonly sessionEndsAtMs: number;
}

/** A swap that takes back the live token. */
export interface Recovery extends Swap {
  /** Every generation that was withdrawn by then: see `withdraw`. */
  readonly withdrawnGenerations: string;
}

const successorOn = ({ dataSource }: SessionTable) => ({
  tokenHash: ':tokenHash',
  generation: ':generation',
  parentGeneration: ':parentGeneration',
  sealedSuccessor: ':sealedSuccessor',
  rotatedAtMs: swappedAtMs(dataSource.options.type),
  confirmedAtMs: 'NULL',
  expiresAtMs: ':expiresAtMs',
});

/** Not `IS NULL`: MariaDB would go by the index of revocations, in which every live session is the same. */
const IS_LIVE =
  'id = :id AND tokenHash = :liveHash AND COALESCE(revokedAtMs, 0) = 0 AND expiresAtMs > :askedAtMs' +
  ' AND absoluteExpiresAtMs >= :sessionEndsAtMs';

/**
 * The one statement of a rotation, in SQL with the columns' properties: makes another token the live one where
 * `liveHash` still is.
 */
export class SwapStatement<Asked extends Swap = Swap> {
  private readonly update: PreparedUpdate<Asked>;

  private constructor(table: SessionTable, assignments: Assignments, condition: string) {
    this.update = new PreparedUpdate(table, assignments, condition, 'locked first');
  }

  static rotating(table: SessionTable): SwapStatement {
    return new SwapStatement(table, successorOn(table), IS_LIVE);
  }

  /** The same for a successor that nobody was seen to use. */
  static recovering(table: SessionTable): SwapStatement<Recovery> {
    const assignments = { ...successorOn(table), withdrawnGenerations: ':withdrawnGenerations' };
    return new SwapStatement(table, assignments, `${IS_LIVE} AND confirmedAtMs IS NULL`);
  }

  /** @returns false when `liveHash` was no longer live */
  async run(swap: Asked): Promise<boolean> {
    return (await this.update.run(swap)) === 1;
  }
}

/** A token of a session that was seen in use, by its generation. */
export interface SeenToken {
  readonly sessionId: string;
  readonly generation: number;
}

/** How many sessions one statement takes; a larger one is no cheaper for each. */
const SESSIONS = 50;

const PLACES = Array.from({ length: SESSIONS }, (_, place) => place);

/**
 * Notes for many sessions at once that their live tokens were seen in use. Always for as many as the
 * statement has places: the last of them stands in those that are left.
 */
export class ConfirmStatement {
  private readonly update: PreparedUpdate<object>;

  constructor(table: SessionTable) {
    const these = PLACES.map((place) => `(id = :id${place} AND generation = :generation${place})`);
    this.update = new PreparedUpdate(
      table,
      { confirmedAtMs: ':nowMs' },
      `confirmedAtMs IS NULL AND (${these.join(' OR ')})`,
    );
  }

  /**
   * Those no longer live, or confirmed before, are passed over.
   *
   * @returns those of the batches in which some were
   */
  async run(seen: readonly SeenToken[], nowMs: number): Promise<SeenToken[]> {
    const passedOver: SeenToken[] = [];
    for (let first = 0; first < seen.length; first += SESSIONS) {
      const batch = seen.slice(first, first + SESSIONS);
      const values = PLACES.flatMap((place) => {
        const token = batch[place] ?? batch.at(-1);
        return [
          [`id${place}`, token?.sessionId],
          [`generation${place}`, token?.generation],
        ];
      });
      const confirmed = await this.update.run({ nowMs, ...Object.fromEntries(values) });
      if (confirmed < batch.length) passedOver.push(...batch);
    }
    return passedOver;
  }
}
