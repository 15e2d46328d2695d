import { Column, Entity, Index, PrimaryColumn, type ValueTransformer } from 'typeorm';
import { MYSQL_ENGINE } from '../mysql-table.js';
import { EntitiesOfTables } from '../sessions/entity-of-table.js';
import { wholeNumberColumn } from '../whole-number-column.js';

/** SQLite has no booleans, and MySQL a number for them. */
const flag: ValueTransformer = {
  to: (value: unknown) => value,
  from: (value: boolean | number | null) => (value === null ? null : Boolean(value)),
};

/**
 * One event that was kept: it is written once, never changed, and purged by its age. No row holds a token, a
 * password or what somebody typed as a user name.
 */
@Entity('auth_events', { engine: MYSQL_ENGINE })
@Index(['userId', 'id'])
export class AuthEventRecord {
  /** UUID v7: it grows with the time of the event. */
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id!: string;

  /** The `type` of the event. */
  @Column({ type: 'varchar', length: 32 })
  type!: string;

  /** When it happened, Unix milliseconds. */
  @Index()
  @Column({ name: 'occurred_at', type: 'bigint', transformer: wholeNumberColumn })
  occurredAtMs!: number;

  /** The application's identifier of the user; null where nobody was let in. */
  @Column({ name: 'user_id', type: 'varchar', length: 255, nullable: true })
  userId!: string | null;

  /** The session that it is about. */
  @Column({ name: 'session_id', type: 'varchar', length: 36, nullable: true })
  sessionId!: string | null;

  /** Why the session was ended; null for other events. */
  @Column({ type: 'varchar', length: 64, nullable: true })
  reason!: string | null;

  /** Where it came from, if the event says so; otherwise where the session was opened. */
  @Column({ type: 'varchar', length: 45, nullable: true })
  ip!: string | null;

  /** The `User-Agent` with which the session was opened. */
  @Column({ name: 'user_agent', type: 'varchar', length: 255, nullable: true })
  userAgent!: string | null;

  /** What the client called itself when the session was opened. */
  @Column({ name: 'device_name', type: 'varchar', length: 128, nullable: true })
  deviceName!: string | null;

  /** What two logins from one device have in common: a hash of its name and kind of browser. Of logins alone. */
  @Column({ type: 'varchar', length: 43, nullable: true })
  device!: string | null;

  /** Whether the user had logged in from this device before. Null for what is no login. */
  @Column({ name: 'known_before', type: 'boolean', nullable: true, transformer: flag })
  knownBefore!: boolean | null;

  /** What else the event says, as JSON: a generation, a distance, a count. */
  @Column({ type: 'varchar', length: 255, nullable: true })
  detail!: string | null;
}

/** A row, as the code speaks of it: a value that is copied. */
export type EventRow = Readonly<Pick<AuthEventRecord, keyof AuthEventRecord>>;

const events = new EntitiesOfTables(
  'auth_events',
  AuthEventRecord,
  () => class extends AuthEventRecord {},
  'auditTable',
);

/**
 * The entity of the events in a table, the same one each time: for `entities` of a data source without
 * `autoLoadEntities`, and for `getRepository`.
 *
 * @param table the same as the `auditTable` of `AuthModule`
 * @throws TypeError when it is not the name of a table
 */
export function authEventEntity(table: string): typeof AuthEventRecord {
  return events.of(table);
}
