import { Inject, Injectable } from '@nestjs/common';
import { InvalidTokenError, type TokenName } from '../errors.js';
import { RevocationService } from '../sessions/revocation.service.js';
import type { AuthUser } from '../users/user-store.js';
import { AUTH_CONFIG, type AuthConfig } from './auth.options.js';

/** The users whom tokens name, as long as there are such. */
@Injectable()
export class KnownUsers {
  constructor(
    @Inject(AUTH_CONFIG) private readonly config: AuthConfig,
    private readonly revocations: RevocationService,
  ) {}

  /**
   * @throws InvalidTokenError when there is none any more. Every session of theirs has ended then, so that none is
   *   left to whoever is given the same id again
   */
  async of(userId: string, token: TokenName): Promise<AuthUser> {
    const { users } = this.config;
    const user = await users.findById(users.parseId === undefined ? userId : users.parseId(userId));
    if (user !== null) return user;
    await this.revocations.revokeAll(userId, 'user_gone');
    throw new InvalidTokenError(token);
  }
}
