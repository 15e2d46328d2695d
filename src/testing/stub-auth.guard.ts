import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { AuthenticatedUser } from '../auth/access-control.js';
import type { HttpRequest } from '../auth/http-request.js';
import { keepSession } from '../auth/request-user.js';

/** Whom the stub lets in: an id, and what a test cares about of the rest. */
export interface StubUser extends Partial<AuthenticatedUser> {
  readonly id: string;
}

/** The moment that the claims of a stub say they were issued at, Unix seconds: none that could be mistaken. */
const NEVER = 0;

/**
 * Lets every request in as one user, in place of `JwtAuthGuard` in a test of a controller.
 *
 * @example Test.createTestingModule(…).overrideGuard(JwtAuthGuard).useValue(new StubAuthGuard({ id: '1' }))
 */
export class StubAuthGuard implements CanActivate {
  private readonly session: AuthenticatedUser;

  /**
   * @param user whom `@CurrentSession()` gives
   * @param requestUser what `@CurrentUser()` gives, where the application has a user of its own there
   *   @default the same
   */
  constructor(
    user: StubUser,
    private readonly requestUser?: unknown,
  ) {
    const { id, sessionId = '00000000-0000-4000-8000-000000000000', generation = 0 } = user;
    const registered = { iss: 'stub', aud: 'stub', iat: NEVER, exp: NEVER, jti: 'stub' };
    const claims = { ...registered, sub: id, sid: sessionId, gen: generation, ...user.claims };
    this.session = { id, sessionId, generation, claims };
  }

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<HttpRequest>();
    keepSession(request, this.session);
    request.user = this.requestUser ?? this.session;
    return true;
  }
}
