import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { MissingTokenError } from '../errors.js';
import { AccessControl, type AuthenticatedUser } from './access-control.js';
import { ErrorHeaders } from './error-headers.js';
import { type HttpRequest, bearerToken } from './http-request.js';

/**
 * Lets requests in that carry a valid access token, and leaves an `AuthenticatedUser` in `request.user`. It
 * guards wherever it is placed, on a `@Public()` route too; before every route stands `GlobalJwtAuthGuard`.
 *
 * @throws MissingTokenError | InvalidTokenError | TokenExpiredError | SessionRevokedError
 * @throws UnavailableError when nobody can tell whether the session was revoked
 * @see RFC 6750
 */
@Injectable()
export class JwtAuthGuard implements CanActivate {
  constructor(
    private readonly accessControl: AccessControl,
    private readonly errorHeaders: ErrorHeaders,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<HttpRequest>();
    const letIn = (user: AuthenticatedUser): boolean => {
      request.user = user;
      return true;
    };
    const refuse = (error: unknown): never => this.errorHeaders.refuse(http.getResponse(), error);
    try {
      const token = bearerToken(request);
      if (token === null) throw new MissingTokenError();
      const user = this.accessControl.authenticate(token);
      return user instanceof Promise ? user.then(letIn).catch(refuse) : letIn(user);
    } catch (error) {
      return refuse(error);
    }
  }
}
