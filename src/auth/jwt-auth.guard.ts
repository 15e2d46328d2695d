import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { MissingTokenError } from '../errors.js';
import { AccessControl, type AuthenticatedUser } from './access-control.js';
import { IS_PUBLIC } from './auth.decorators.js';
import { ErrorHeaders } from './error-headers.js';
import { type HttpRequest, bearerToken } from './http-request.js';

/**
 * Lets requests in that carry a valid access token, and leaves an `AuthenticatedUser` in `request.user`.
 *
 * @throws MissingTokenError | InvalidTokenError | TokenExpiredError | SessionRevokedError
 * @throws UnavailableError when nobody can tell whether the session was revoked
 * @see RFC 6750
 */
@Injectable()
export class JwtAuthGuard implements CanActivate {
  /** By controller and handler. */
  private readonly publicRoutes = new WeakMap<object, WeakMap<object, boolean>>();

  constructor(
    private readonly accessControl: AccessControl,
    private readonly reflector: Reflector,
    private readonly errorHeaders: ErrorHeaders,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    if (this.isPublic(context)) return true;
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

  /** What decorators say does not change, and asking them costs as much as finding a known token. */
  private isPublic(context: ExecutionContext): boolean {
    const [handler, controller] = [context.getHandler(), context.getClass()];
    const route = this.publicRoutes.get(controller) ?? new WeakMap<object, boolean>();
    const known = route.get(handler);
    if (known !== undefined) return known;
    const targets = [handler, controller];
    const isPublic =
      this.reflector.getAllAndOverride<boolean | undefined>(IS_PUBLIC, targets) === true;
    this.publicRoutes.set(controller, route.set(handler, isPublic));
    return isPublic;
  }
}
