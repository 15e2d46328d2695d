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
  /** Until when the successor believes that its session lasts: the row has to agree. Unix milliseconds. */
  readonly sessionEndsAtMs: number;
}

/** A swap that takes back the live token. */
export interface Recovery extends Swap {
  /** Every generation that was withdrawn by then: see `withdraw`. */
  readonly withdrawnGenerations: string;
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
  'sessionEndsAtMs',
] as const satisfies readonly (keyof Swap)[];

const ASSIGNMENTS = {
  tokenHash: ':tokenHash',
  generation: ':generation',
  parentGeneration: ':parentGeneration',
  sealedSuccessor: ':sealedSuccessor',
  rotatedAtMs: ':rotatedAtMs',
  confirmedAtMs: 'NULL',
  expiresAtMs: ':expiresAtMs',
};

/** Not `IS NULL`: MariaDB would go by the index of revocations, in which every live session is the same. */
const IS_LIVE =
  'id = :id AND tokenHash = :liveHash AND COALESCE(revokedAtMs, 0) = 0 AND expiresAtMs > :rotatedAtMs' +
  ' AND absoluteExpiresAtMs >= :sessionEndsAtMs';

/** The one statement of a rotation, in SQL with the columns' properties. */
export function rotateStatement(table: SessionTable): WrittenUpdate<keyof Swap> {
  return new WrittenUpdate(table, ASSIGNMENTS, IS_LIVE, NAMES);
}

/** The same for a successor that nobody was seen to use. */
export function recoverStatement(table: SessionTable): WrittenUpdate<keyof Recovery> {
  const assignments = { ...ASSIGNMENTS, withdrawnGenerations: ':withdrawnGenerations' };
  const names = [...NAMES, 'withdrawnGenerations'] as const;
  return new WrittenUpdate(table, assignments, `${IS_LIVE} AND confirmedAtMs IS NULL`, names);
}
