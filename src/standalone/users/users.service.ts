import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { v7 as uuidV7 } from 'uuid';
import { databaseAnswer } from '../../database-answer.js';
import { AuthError } from '../../errors.js';
import type { Credentials, UserStore } from '../../users/user-store.js';
import { hashPassword, verifyPassword } from './passwords.js';
import { User } from './user.entity.js';
import { comparable } from './username.js';

/** What is verified for an unknown name, so that it takes as long as a wrong password. */
const NOBODYS_HASH = hashPassword('nobody has this password');

/** Somebody else has that name already. */
export class UsernameTakenError extends AuthError {
  constructor() {
    super('username_taken', 'Username is already taken');
  }
}

/** The users of the standalone server: names compared after NFKC and lower-casing, passwords in argon2id. */
@Injectable()
export class UsersService implements UserStore<User> {
  constructor(@InjectRepository(User) private readonly users: Repository<User>) {}

  /**
   * @param nowMs Unix milliseconds
   * @throws UsernameTakenError when a name that compares alike is registered
   */
  async register(
    username: string,
    password: string,
    nowMs: number,
    signal?: AbortSignal,
  ): Promise<User> {
    const user: User = {
      id: uuidV7({ msecs: nowMs }),
      username,
      usernameHash: hashOfName(username),
      passwordHash: await hashPassword(password, signal),
      createdAtMs: nowMs,
    };
    try {
      await databaseAnswer(this.users.insert(user));
    } catch (error) {
      if ((await this.findByName(username)) === null) throw error;
      throw new UsernameTakenError();
    }
    return user;
  }

  async authenticate({ username, password, signal }: Credentials): Promise<User | null> {
    const user = await this.findByName(username);
    const passwordHash = user?.passwordHash ?? (await NOBODYS_HASH);
    return (await verifyPassword(passwordHash, password, signal)) ? user : null;
  }

  /** A password that was changed while it was checked opens nothing. */
  async isCurrent({ id, passwordHash }: User): Promise<boolean> {
    return (await this.findById(id))?.passwordHash === passwordHash;
  }

  findById(id: string): Promise<User | null> {
    return databaseAnswer(this.users.findOneBy({ id }));
  }

  /**
   * Sets another password, unless somebody else has just done so.
   *
   * @param user as found when the current password was checked
   * @returns false when the password was no longer that one
   */
  async replacePassword(
    { id, passwordHash }: User,
    password: string,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const next = await hashPassword(password, signal);
    const changed = await databaseAnswer(
      this.users.update({ id, passwordHash }, { passwordHash: next }),
    );
    return changed.affected === 1;
  }

  private findByName(username: string): Promise<User | null> {
    return databaseAnswer(this.users.findOneBy({ usernameHash: hashOfName(username) }));
  }
}

function hashOfName(username: string): string {
  return createHash('sha256').update(comparable(username)).digest('hex');
}
