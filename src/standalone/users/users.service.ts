import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { LRUCache } from 'lru-cache';
import type { DataSource, EntityManager } from 'typeorm';
import { v7 as uuidV7 } from 'uuid';
import { AuthError } from '../../errors.js';
import { runOnOwn } from '../../sessions/own-query-runner.js';
import type { Credentials, UserStore } from '../../users/user-store.js';
import { hashPassword, verifyPassword } from './passwords.js';
import { UserLookUp } from './user-look-up.js';
import { User } from './user.entity.js';
import { comparable } from './username.js';

/** What is verified for an unknown name, so that it takes as long as a wrong password. */
const NOBODYS_HASH = hashPassword('nobody has this password');

/** How long a registration without an answer may be repeated, and how many of them are remembered. */
const UNANSWERED_MS = 5 * 60_000;
const MOST_UNANSWERED = 1_000;

const UUID_BYTES = 16;

/** What somebody registers with. */
export interface Registration {
  readonly username: string;
  readonly password: string;
  /** Unix milliseconds. */
  readonly nowMs: number;
  /** Makes a repeat recognisable; without one only this instance may know it. */
  readonly idempotencyKey: string | null;
  readonly signal?: AbortSignal | undefined;
}

/** Somebody else has that name already. */
export class UsernameTakenError extends AuthError {
  constructor() {
    super('username_taken', 'Username is already taken');
  }
}

/** The users of the standalone server: names compared after NFKC and lower-casing, passwords in argon2id. */
@Injectable()
export class UsersService implements UserStore<User> {
  private readonly byId: UserLookUp;
  private readonly byNameHash: UserLookUp;

  /** The ids of those whose row may have been written, and who were not told so. */
  private readonly unanswered = new LRUCache<string, true>({
    max: MOST_UNANSWERED,
    ttl: UNANSWERED_MS,
  });

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {
    this.byId = new UserLookUp(dataSource, 'id');
    this.byNameHash = new UserLookUp(dataSource, 'usernameHash');
  }

  /**
   * Registers a user; also once more, by the same password, who repeats it by its key, at whichever instance, or had no
   * answer from this one.
   *
   * @throws UsernameTakenError when a name that compares alike is registered
   */
  async register({
    username,
    password,
    nowMs,
    idempotencyKey,
    signal,
  }: Registration): Promise<User> {
    const usernameHash = hashOfName(username);
    const idAt = (msecs: number) =>
      uuidV7({ msecs, random: randomOf(idempotencyKey, usernameHash) });
    const user: User = {
      id: idAt(nowMs),
      username,
      usernameHash,
      passwordHash: await hashPassword(password, signal),
      createdAtMs: nowMs,
    };
    try {
      await runOnOwn(this.dataSource, ({ manager }) => manager.insert(User, user));
    } catch (error) {
      this.unanswered.set(user.id, true);
      const there = await this.findByName(username);
      if (there === null) throw error;
      if (there.id !== user.id) this.unanswered.delete(user.id);
      const isRepeat = this.unanswered.has(there.id) || there.id === idAt(there.createdAtMs);
      if (isRepeat && (await verifyPassword(there.passwordHash, password, signal))) return there;
      throw new UsernameTakenError();
    }
    return user;
  }

  async authenticate({ username, password, signal }: Credentials): Promise<User | null> {
    const user = await this.findByName(username);
    const passwordHash = user?.passwordHash ?? (await NOBODYS_HASH);
    return (await verifyPassword(passwordHash, password, signal)) ? user : null;
  }

  /**
   * Whether the password is still the one that was checked. Waits for a change that is under way: it may have
   * ended the sessions that it found before this one was opened. (SQLite's one connection does so by itself.)
   */
  async isCurrent({ id, passwordHash }: User): Promise<boolean> {
    const isLocking = this.dataSource.options.type !== 'better-sqlite3';
    const current: unknown = await runOnOwn(this.dataSource, ({ manager }) => {
      const query = manager.createQueryBuilder(User, 'user').where({ id, passwordHash });
      query.select('user.id', 'id');
      // Not `pessimistic_read`: TypeORM takes MariaDB for a MySQL that knows FOR SHARE.
      return (isLocking ? query.setLock('pessimistic_write') : query).getRawOne();
    });
    return Boolean(current);
  }

  findById(id: string): Promise<User | null> {
    return this.byId.find(id);
  }

  /**
   * Sets another password, unless somebody else has just done so.
   *
   * @param user as found when the current password was checked
   * @param within the transaction that this is a part of
   * @returns false when the password was no longer that one
   */
  async replacePassword(
    { id, passwordHash }: User,
    next: string,
    within: EntityManager,
  ): Promise<boolean> {
    const changed = await within.update(User, { id, passwordHash }, { passwordHash: next });
    return changed.affected === 1;
  }

  private findByName(username: string): Promise<User | null> {
    return this.byNameHash.find(hashOfName(username));
  }
}

function hashOfName(username: string): string {
  return createHash('sha256').update(comparable(username)).digest('hex');
}

/**
 * What is random in an id. By a key it is always the same, so that the row itself tells a repeat of its registration
 * from somebody else with that name.
 */
function randomOf(idempotencyKey: string | null, usernameHash: string): Uint8Array {
  if (idempotencyKey === null) return randomBytes(UUID_BYTES);
  const hash = createHash('sha256').update(`${usernameHash} ${idempotencyKey}`).digest();
  return hash.subarray(0, UUID_BYTES);
}
