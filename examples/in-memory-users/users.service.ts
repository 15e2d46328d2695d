import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Injectable } from '@nestjs/common';
import type { AuthUser, Credentials, UserStore } from 'nestjs-baton';

const scryptAsync = promisify<string, Buffer, number, Buffer>(scrypt);

interface User extends AuthUser {
  readonly id: string;
  readonly salt: Buffer;
  readonly passwordKey: Buffer;
}

/** The two methods that `AuthModule` needs, over a map. */
@Injectable()
export class UsersService implements UserStore<User> {
  private readonly byName = new Map<string, User>();
  private added = 0;
  private readonly nobody = { salt: randomBytes(16), passwordKey: randomBytes(32) };

  /**
   * Adds a user under a number that nobody had before: what is left of a user who was taken away would open for
   * the next. Where sessions outlive the process, so must the count; or take random UUIDs.
   */
  async add(username: string, password: string): Promise<User> {
    const salt = randomBytes(16);
    const passwordKey = await scryptAsync(password, salt, 32);
    this.added += 1;
    const user = { id: String(this.added), username, salt, passwordKey };
    this.byName.set(username, user);
    return user;
  }

  /** Takes a user away. */
  remove(username: string): void {
    this.byName.delete(username);
  }

  /** An unknown name costs as much time as a wrong password, so that the two cannot be told apart. */
  async authenticate({ username, password }: Credentials): Promise<User | null> {
    const user = this.byName.get(username);
    const { salt, passwordKey } = user ?? this.nobody;
    const matches = timingSafeEqual(await scryptAsync(password, salt, 32), passwordKey);
    return matches && user !== undefined ? user : null;
  }

  async findById(id: string): Promise<User | null> {
    return Array.from(this.byName.values()).find((user) => user.id === id) ?? null;
  }
}
