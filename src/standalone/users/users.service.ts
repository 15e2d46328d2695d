import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { v7 as uuidV7 } from 'uuid';
import { databaseAnswer } from '../../database-answer.js';
import { AuthError, InvalidCredentialsError } from '../../errors.js';
import type { Credentials, UserStore } from '../../users/user-store.js';
import { LoginAttempts } from './login-attempts.js';
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
  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    private readonly attempts: LoginAttempts,
  ) {}

  /**
   * @param nowMs Unix milliseconds
   * @throws UsernameTakenError when a name that compares alike is registered
   */
  async register(username: string, password: string, nowMs: number): Promise<User> {
    const user: User = {
      id: uuidV7({ msecs: nowMs }),
      username,
      usernameHash: hashOfName(username),
      passwordHash: await hashPassword(password),
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

  /** @throws TooManyAttemptsError after too many failures under this name from this address */
  authenticate({ username, password, ip }: Credentials): Promise<User | null> {
    return this.attempts.make(`${hashOfName(username)} ${ip}`, async () => {
      const user = await this.findByName(username);
      const matches = await verifyPassword(user?.passwordHash ?? (await NOBODYS_HASH), password);
      return matches ? user : null;
    });
  }

  findById(id: string): Promise<User | null> {
    return databaseAnswer(this.users.findOneBy({ id }));
  }

  /**
   * Sets another password.
   *
   * @throws InvalidCredentialsError for a wrong current one, which counts as a failed login
   * @throws TooManyAttemptsError
   */
  async changePassword(
    user: User,
    currentPassword: string,
    newPassword: string,
    ip: string | null,
  ): Promise<void> {
    const { username, id } = user;
    const genuine = await this.authenticate({ username, password: currentPassword, ip });
    if (genuine === null) throw new InvalidCredentialsError();
    const passwordHash = await hashPassword(newPassword);
    await databaseAnswer(this.users.update({ id }, { passwordHash }));
  }

  private findByName(username: string): Promise<User | null> {
    return databaseAnswer(this.users.findOneBy({ usernameHash: hashOfName(username) }));
  }
}

function hashOfName(username: string): string {
  return createHash('sha256').update(comparable(username)).digest('hex');
}
