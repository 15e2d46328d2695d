import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { MYSQL_ENGINE } from '../../mysql-table.js';
import { wholeNumberColumn } from '../../whole-number-column.js';

/** One registered user of the standalone server. */
@Entity('users', { engine: MYSQL_ENGINE })
export class User {
  /** UUID v7. */
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id!: string;

  /** As it was registered. */
  @Column({ type: 'varchar', length: 128 })
  username!: string;

  /**
   * SHA-256 of the name after NFKC and lower-casing, hex: names that compare alike are alike here,
   * whatever the database's collation thinks, and the longest one still fits an index.
   */
  @Index('idx_users_username_hash', { unique: true })
  @Column({ name: 'username_hash', type: 'varchar', length: 64 })
  usernameHash!: string;

  /** argon2id, in the PHC string format. */
  @Column({ name: 'password_hash', type: 'varchar', length: 255 })
  passwordHash!: string;

  /** Unix milliseconds. */
  @Column({ name: 'created_at', type: 'bigint', transformer: wholeNumberColumn })
  createdAtMs!: number;
}
