import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { MYSQL_ENGINE } from '../mysql-table.js';
import { wholeNumberColumn } from '../whole-number-column.js';

/**
 * One session: the row holds the hash of its live refresh token and never grows a second one.
 * Nothing in it opens the session for whoever copies the database.
 */
@Entity('refresh_tokens', { engine: MYSQL_ENGINE })
@Index(['userId', 'revokedAtMs'])
export class RefreshToken {
  /** The session: UUID v7, the `sid` of its tokens. */
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id!: string;

  /** The application's identifier of the user. */
  @Column({ name: 'user_id', type: 'varchar', length: 255 })
  userId!: string;

  /** SHA-256 of the live token, base64url. */
  @Column({ name: 'token_hash', type: 'varchar', length: 43 })
  tokenHash!: string;

  /** The `gen` of the live token. */
  @Column({ type: 'int', transformer: wholeNumberColumn })
  generation!: number;

  /** The `gen` of the token that the live one was handed out for; null until the first rotation. */
  @Column({
    name: 'parent_generation',
    type: 'int',
    nullable: true,
    transformer: wholeNumberColumn,
  })
  parentGeneration!: number | null;

  /** The live token's stamp, sealed under its parent; null until the first rotation. */
  @Column({ name: 'sealed_successor', type: 'varchar', length: 255, nullable: true })
  sealedSuccessor!: string | null;

  /** The generations that recoveries have taken back, such as `1-2,5-5`; null when none has. */
  @Column({ name: 'withdrawn_generations', type: 'varchar', length: 255, nullable: true })
  withdrawnGenerations!: string | null;

  /**
   * The thumbprint (RFC 7638) of the key that the session is bound to, base64url; null for a bearer's. It is compared
   * in the code alone, never by a database that takes no account of case.
   */
  @Column({ type: 'varchar', length: 43, nullable: true })
  jkt!: string | null;

  /** When the user logged in. Unix milliseconds. */
  @Column({ name: 'created_at', type: 'bigint', transformer: wholeNumberColumn })
  createdAtMs!: number;

  /**
   * When the live token was issued: the login at first, then the last rotation. Unix milliseconds.
   * Where sessions are limited, a login is never earlier than the user's other sessions.
   */
  @Column({ name: 'rotated_at', type: 'bigint', transformer: wholeNumberColumn })
  rotatedAtMs!: number;

  /** When the live token was seen in its holder's hands; null until then. Unix milliseconds. */
  @Column({ name: 'confirmed_at', type: 'bigint', nullable: true, transformer: wholeNumberColumn })
  confirmedAtMs!: number | null;

  /** When the live token expires: the earlier of the idle and the absolute end. Unix milliseconds. */
  @Column({ name: 'expires_at', type: 'bigint', transformer: wholeNumberColumn })
  expiresAtMs!: number;

  /** When the session ends whatever happens. Unix milliseconds. */
  @Index()
  @Column({ name: 'absolute_expires_at', type: 'bigint', transformer: wholeNumberColumn })
  absoluteExpiresAtMs!: number;

  /** When the session was ended before its time; null while it lives. Unix milliseconds. */
  @Index()
  @Column({ name: 'revoked_at', type: 'bigint', nullable: true, transformer: wholeNumberColumn })
  revokedAtMs!: number | null;

  /** Why it was: `logout`, `reuse`, `max_sessions`, `password_changed`, `user_gone`, `replaced` or what the application gave. */
  @Column({ name: 'revoked_reason', type: 'varchar', length: 64, nullable: true })
  revokedReason!: string | null;

  /** Where the login came from. */
  @Column({ type: 'varchar', length: 45, nullable: true })
  ip!: string | null;

  /** The `User-Agent` of the login, cut to 255 characters. */
  @Column({ name: 'user_agent', type: 'varchar', length: 255, nullable: true })
  userAgent!: string | null;

  /** What the client calls itself. */
  @Column({ name: 'device_name', type: 'varchar', length: 128, nullable: true })
  deviceName!: string | null;
}

/** A session's row, as the code speaks of it: the entity has the name that applications know. */
export type SessionRow = RefreshToken;
