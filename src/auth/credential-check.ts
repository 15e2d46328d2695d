import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { InvalidCredentialsError, InvalidRequestError } from '../errors.js';
import { AuthEvents } from '../events.js';
import type { AuthUser, Credentials } from '../users/user-store.js';
import { AttemptLimits } from './attempts/attempt-limits.js';
import { AUTH_CONFIG, type AuthConfig } from './auth.options.js';

/** Asks the user store whose the credentials are; failures are counted and told. */
@Injectable()
export class CredentialCheck {
  constructor(
    @Inject(AUTH_CONFIG) private readonly config: AuthConfig,
    private readonly attempts: AttemptLimits,
    private readonly events: AuthEvents,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws InvalidCredentialsError | TooManyAttemptsError, and InvalidRequestError for who is gone */
  async userOf(credentials: Credentials): Promise<AuthUser> {
    const { username, ip, signal } = credentials;
    const user = await this.attempts.login(username, ip, async () => {
      if (signal?.aborted === true) throw new InvalidRequestError('The client is gone');
      return this.config.users.authenticate(credentials);
    });
    if (user !== null) return user;
    this.events.emit({ type: 'login.failed', username, ip, atMs: this.clock.nowMs() });
    throw new InvalidCredentialsError();
  }
}
