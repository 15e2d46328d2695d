import { Inject, Injectable } from '@nestjs/common';
import type { AuthenticatedUser } from './access-control.js';
import { AUTH_CONFIG, type AuthConfig } from './auth.options.js';
import type { HttpRequest } from './http-request.js';
import { KnownUsers } from './known-users.js';

/** Where a request keeps whom its token speaks for, whatever `request.user` is. */
const SESSION = Symbol('nestjs-baton session');

interface RequestOfSession extends HttpRequest {
  [SESSION]?: AuthenticatedUser;
}

/** Whom the access token of a request speaks for; undefined where no guard of ours has let it in. */
export function sessionOf(request: RequestOfSession | undefined): AuthenticatedUser | undefined {
  return request?.[SESSION];
}

/** Keeps whom the access token of a request speaks for, for {@link sessionOf}. */
export function keepSession(request: RequestOfSession, session: AuthenticatedUser): void {
  request[SESSION] = session;
}

/** Makes of whom a token speaks for what the application wants in `request.user`. */
@Injectable()
export class RequestUser {
  constructor(
    @Inject(AUTH_CONFIG) private readonly config: AuthConfig,
    private readonly knownUsers: KnownUsers,
  ) {}

  /**
   * Answers at once, unless the application has to be asked.
   *
   * @throws InvalidTokenError when `users.findById` knows no such user: {@link KnownUsers}
   */
  of(request: RequestOfSession, session: AuthenticatedUser): unknown {
    keepSession(request, session);
    if (this.config.toUser !== undefined) return this.config.toUser(session.claims);
    return this.config.user === 'full' ? this.knownUsers.of(session.id, 'Access') : session;
  }
}
