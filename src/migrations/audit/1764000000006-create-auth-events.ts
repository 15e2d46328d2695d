import type { QueryRunner } from 'typeorm';
import { type ColumnKind, TIME, orNull, text } from '../column-kinds.js';
import { type ColumnNames, type TableKind, TableMigration } from '../table-migration.js';

const EVENTS: TableKind = {
  table: 'auth_events',
  entity: 'AuthEventRecord',
  ours: [
    ['occurredAtMs', 'occurred_at'],
    ['knownBefore', 'known_before'],
  ],
  holds: 'events',
  advice:
    'Keep the events in another one: AuthModule.forRoot({ auditTable: … }) and authEventMigrations(…), see docs/audit.md',
};

const USER_ID: ColumnNames = ['userId', 'user_id'];
const OCCURRED_AT: ColumnNames = ['occurredAtMs', 'occurred_at'];

const COLUMNS: readonly (readonly [ColumnNames, ColumnKind])[] = [
  [['id'], { ...text(36), isPrimary: true }],
  [['type'], text(32)],
  [OCCURRED_AT, TIME],
  [USER_ID, orNull(text(255))],
  [['sessionId', 'session_id'], orNull(text(36))],
  [['reason'], orNull(text(64))],
  [['ip'], orNull(text(45))],
  [['userAgent', 'user_agent'], orNull(text(255))],
  [['deviceName', 'device_name'], orNull(text(128))],
  [['device'], orNull(text(43))],
  [['knownBefore', 'known_before'], orNull({ type: 'boolean' })],
  [['detail'], orNull(text(255))],
];

/** Each index, by its columns. */
const INDICES: readonly (readonly ColumnNames[])[] = [[USER_ID, ['id']], [OCCURRED_AT]];

/** The table of events, for applications that keep them. */
export class CreateAuthEvents1764000000006 extends TableMigration {
  readonly name = 'CreateAuthEvents1764000000006';

  /** @param table as it is given to the entity @default AuthModule's */
  constructor(table?: string) {
    super(EVENTS, table);
  }

  async up(queryRunner: QueryRunner): Promise<void> {
    await this.createOurs(queryRunner, COLUMNS, INDICES);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await this.dropOurs(queryRunner);
  }
}
