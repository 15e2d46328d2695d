import type { QueryRunner } from 'typeorm';
import { type ColumnKind, INT, TIME, orNull, text } from './column-kinds.js';
import { SessionMigration } from './session-migration.js';
import type { ColumnNames } from './table-migration.js';

const COLUMNS: readonly (readonly [ColumnNames, ColumnKind])[] = [
  [['id'], { ...text(36), isPrimary: true }],
  [['userId', 'user_id'], text(255)],
  [['tokenHash', 'token_hash'], text(43)],
  [['generation'], INT],
  [['parentGeneration', 'parent_generation'], orNull(INT)],
  [['sealedSuccessor', 'sealed_successor'], orNull(text(255))],
  [['withdrawnGenerations', 'withdrawn_generations'], orNull(text(255))],
  [['jkt'], orNull(text(43))],
  [['createdAtMs', 'created_at'], TIME],
  [['rotatedAtMs', 'rotated_at'], TIME],
  [['confirmedAtMs', 'confirmed_at'], orNull(TIME)],
  [['expiresAtMs', 'expires_at'], TIME],
  [['absoluteExpiresAtMs', 'absolute_expires_at'], TIME],
  [['revokedAtMs', 'revoked_at'], orNull(TIME)],
  [['revokedReason', 'revoked_reason'], orNull(text(64))],
  [['ip'], orNull(text(45))],
  [['userAgent', 'user_agent'], orNull(text(255))],
  [['deviceName', 'device_name'], orNull(text(128))],
];

const USER_ID: ColumnNames = ['userId', 'user_id'];
const ABSOLUTE_END: ColumnNames = ['absoluteExpiresAtMs', 'absolute_expires_at'];
const REVOKED_AT: ColumnNames = ['revokedAtMs', 'revoked_at'];

/** A user's live sessions are found without a look at those that were revoked. */
export const OF_USER_LIVE: readonly ColumnNames[] = [USER_ID, REVOKED_AT];
/** What stood in its place before. */
export const OF_USER: readonly ColumnNames[] = [USER_ID];

/** The columns of each index. */
export const INDEXED: readonly (readonly ColumnNames[])[] = [
  OF_USER_LIVE,
  [ABSOLUTE_END],
  [REVOKED_AT],
];

/** The table of sessions, in words that every supported database understands. */
export class CreateRefreshTokens1764000000000 extends SessionMigration {
  readonly name = 'CreateRefreshTokens1764000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await this.createOurs(queryRunner, COLUMNS, INDEXED);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await this.dropOurs(queryRunner);
  }
}
