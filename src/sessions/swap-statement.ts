import type { SessionTable } from './session-table.js';
import { WrittenUpdate } from './written-update.js';

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

/**
 * The one statement of a rotation.
 *
 * @param condition what must hold besides, in SQL with the columns' properties
 */
export function swapStatement(table: SessionTable, condition = '1 = 1'): WrittenUpdate<keyof Swap> {
  const assignments = {
    tokenHash: ':tokenHash',
    generation: ':generation',
    parentGeneration: ':parentGeneration',
    sealedSuccessor: ':sealedSuccessor',
    rotatedAtMs: ':rotatedAtMs',
    confirmedAtMs: 'NULL',
    expiresAtMs: ':expiresAtMs',
  };
  const isLive = 'id = :id AND tokenHash = :liveHash AND revokedAtMs IS NULL';
  const where = `${isLive} AND expiresAtMs > :rotatedAtMs AND ${condition}`;
  return new WrittenUpdate(table, assignments, where, NAMES);
}
