import type { DataSource } from 'typeorm';
import { RefreshToken } from './refresh-token.entity.js';

/** What a swap asks for and what it writes. */
export interface Swap {
  readonly id: string;
  /** The hash of the token that has to be the live one. */
  readonly liveHash: string;
  readonly tokenHash: string;
  readonly generation: number;
  readonly parentGeneration: number;
  readonly sealedSuccessor: string;
  readonly rotatedAtMs: number;
  readonly expiresAtMs: number;
}

const NAMES = [
  'id',
  'liveHash',
  'tokenHash',
  'generation',
  'parentGeneration',
  'sealedSuccessor',
  'rotatedAtMs',
  'expiresAtMs',
] as const satisfies readonly (keyof Swap)[];

type SwapName = (typeof NAMES)[number];

const isSwapName = (name: unknown): name is SwapName => NAMES.some((known) => known === name);

/**
 * The one statement of a rotation. TypeORM writes it once, in the dialect of its database; for each refresh
 * anew, the writing would cost several times what the database takes.
 */
export class SwapStatement {
  private readonly sql: string;
  /** Which value stands at which place of the statement. */
  private readonly order: readonly SwapName[];

  /** @param condition what must hold besides, in SQL */
  constructor(
    private readonly dataSource: DataSource,
    condition = '1 = 1',
  ) {
    const [sql, parameters] = dataSource
      .createQueryBuilder()
      .update(RefreshToken)
      .set({
        tokenHash: () => ':tokenHash',
        generation: () => ':generation',
        parentGeneration: () => ':parentGeneration',
        sealedSuccessor: () => ':sealedSuccessor',
        rotatedAtMs: () => ':rotatedAtMs',
        confirmedAtMs: () => 'NULL',
        expiresAtMs: () => ':expiresAtMs',
      })
      .where('id = :id AND token_hash = :liveHash AND revoked_at IS NULL')
      .andWhere(`expires_at > :rotatedAtMs AND ${condition}`)
      .setParameters(Object.fromEntries(NAMES.map((name) => [name, name])))
      .getQueryAndParameters();
    this.sql = sql;
    this.order = parameters.filter(isSwapName);
  }

  /** @returns whether the row was as it had to be, and is now as it should */
  async run(swap: Swap): Promise<boolean> {
    const runner = this.dataSource.createQueryRunner();
    try {
      const values = this.order.map((name) => swap[name]);
      const { affected } = await runner.query(this.sql, values, true);
      return affected === 1;
    } finally {
      await runner.release();
    }
  }
}
