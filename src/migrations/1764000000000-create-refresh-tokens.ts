import { type QueryRunner, Table, type TableColumnOptions } from 'typeorm';
import { MYSQL_ENGINE } from '../mysql-table.js';
import {
  type ColumnNames,
  SessionMigration,
  type SessionNames,
  isOurs,
} from './session-migration.js';

type ColumnKind = Omit<TableColumnOptions, 'name'>;

const text = (length: number): ColumnKind => ({ type: 'varchar', length: String(length) });

/** As TypeORM spells the entity's `int` on SQLite: with another word `synchronize` would rebuild the table. */
const INT: ColumnKind = { type: 'integer' };

/** Unix milliseconds. */
const TIME: ColumnKind = { type: 'bigint' };

const orNull = (kind: ColumnKind): ColumnKind => ({ ...kind, isNullable: true });

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

/** The columns that are indexed, each for itself. */
export const INDEXED: readonly ColumnNames[] = [
  ['userId', 'user_id'],
  ['absoluteExpiresAtMs', 'absolute_expires_at'],
  ['revokedAtMs', 'revoked_at'],
];

/** The table of sessions, in words that every supported database understands. */
export class CreateRefreshTokens1764000000000 extends SessionMigration {
  readonly name = 'CreateRefreshTokens1764000000000';

  /** A table of ours that is there already was made by `synchronize`, or by another instance just now. */
  async up(queryRunner: QueryRunner): Promise<void> {
    const names = this.namesIn(queryRunner);
    if ((await this.tableIn(queryRunner, names)) !== undefined) return;
    await queryRunner.createTable(tableOf(names), true);
  }

  /** Drops the table if it is the one that was made here: never one that the host had before. */
  async down(queryRunner: QueryRunner): Promise<void> {
    const names = this.namesIn(queryRunner);
    const table = await queryRunner.getTable(names.table);
    if (table !== undefined && isOurs(table, names)) await queryRunner.dropTable(table);
  }
}

function tableOf(names: SessionNames): Table {
  return new Table({
    name: names.table,
    engine: MYSQL_ENGINE,
    columns: COLUMNS.map(([column, kind]) => ({ name: names.column(column), ...kind })),
    indices: INDEXED.map((column) => ({
      name: names.index(column),
      columnNames: [names.column(column)],
    })),
  });
}
