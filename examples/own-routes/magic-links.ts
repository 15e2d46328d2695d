import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { AuthUser } from 'nestjs-baton';

/** Links that were mailed, each good once; a real one ends after some minutes, and lies in the database as a hash. */
@Injectable()
export class MagicLinks {
  private readonly users = new Map<unknown, AuthUser>();

  make(user: AuthUser): string {
    const code = randomBytes(32).toString('base64url');
    this.users.set(code, user);
    return code;
  }

  redeem(code: unknown): AuthUser | null {
    const user = this.users.get(code) ?? null;
    this.users.delete(code);
    return user;
  }
}
