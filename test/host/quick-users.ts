import { createHash, timingSafeEqual } from 'node:crypto';
import type { AuthUser, Credentials, UserStore } from 'nestjs-baton';

/** Users that a test may add and take away. */
export interface HostUsers extends UserStore {
  add(username: string, password: string): Promise<AuthUser>;
  remove(username: string): void;
}

const digestOf = (password: string): Buffer => createHash('sha256').update(password).digest();

/** Users whose passwords are hashed fast, so that a suite can log in a thousand times. Never do this. */
export class QuickUsers implements HostUsers {
  private readonly byName = new Map<string, { user: AuthUser; digest: Buffer }>();
  private added = 0;

  async add(username: string, password: string): Promise<AuthUser> {
    this.added += 1;
    const user = { id: String(this.added), username };
    this.byName.set(username, { user, digest: digestOf(password) });
    return user;
  }

  remove(username: string): void {
    this.byName.delete(username);
  }

  async authenticate({ username, password }: Credentials): Promise<AuthUser | null> {
    const entry = this.byName.get(username);
    if (entry === undefined) return null;
    return timingSafeEqual(entry.digest, digestOf(password)) ? entry.user : null;
  }

  async findById(id: string): Promise<AuthUser | null> {
    for (const { user } of this.byName.values()) if (user.id === id) return user;
    return null;
  }
}
