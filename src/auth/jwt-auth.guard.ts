import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { APP_GUARD, ModulesContainer, Reflector } from '@nestjs/core';
import { InvalidTokenError, MissingTokenError } from '../errors.js';
import { AccessControl, type AuthenticatedUser } from './access-control.js';
import { AttemptLimits } from './attempts/attempt-limits.js';
import { IS_OPTIONAL } from './auth.decorators.js';
import { type HttpRequest, accessTokenIn, addressOf } from './http-request.js';
import { BareRequest, JwtStrategy } from './passport/jwt.strategy.js';
import { ProofOfPossession } from './dpop/proof-of-possession.js';
import { PublicRoutes } from './public-routes.js';
import { RequestUser } from './request-user.js';
import type { Asked } from './passport/asked-strategy.js';
import { Transports } from './transports/transports.js';

/**
 * Lets requests in that carry a valid access token, and leaves an `AuthenticatedUser` in `request.user`; in the same
 * way GraphQL's operations, and the messages of gateways and of microservices. Before
 * every route (`globalGuard`, or an `APP_GUARD` of the application's) it leaves out those that are `@Public()`; by
 * hand it guards where it is placed: see {@link PublicRoutes}.
 *
 * @throws MissingTokenError | InvalidTokenError | TokenExpiredError | SessionRevokedError
 * @throws InvalidDpopProofError | UseDpopNonceError when the session is bound to a key that was not proved
 * @throws TooManyAttemptsError after a flood of forged tokens from the same address, for tokens not seen before
 * @throws UnavailableError when nobody can tell whether the session was revoked
 * @see RFC 6750, RFC 9449 section 7
 */
@Injectable()
export class JwtAuthGuard implements CanActivate {
  private readonly publicRoutes = new PublicRoutes(isJwtAuthGuard, () => this.standsBeforeAll());
  private isBeforeAll: boolean | undefined;

  constructor(
    private readonly accessControl: AccessControl,
    private readonly transports: Transports,
    @Inject(JwtStrategy) private readonly strategy: Asked<AuthenticatedUser>,
    private readonly attempts: AttemptLimits,
    private readonly possession: ProofOfPossession,
    private readonly requestUser: RequestUser,
    private readonly reflector: Reflector,
    private readonly modules: ModulesContainer,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    if (this.publicRoutes.has(context)) return this.transports.letPass(context);
    const request = this.getRequest(context);
    const settle = (error: unknown, user: unknown): boolean | Promise<boolean> => {
      try {
        request.user = this.handleRequest(error, user, undefined, context);
        this.transports.admit(context, request);
        return true;
      } catch (refusal) {
        if (refusal instanceof InvalidTokenError)
          this.attempts.noteRefusedToken(addressOf(request));
        return this.transports.rethrow(context, () => this.getResponse(context), refusal);
      }
    };
    try {
      const token = this.getToken(request);
      if (token === null && this.isOptional(context)) return this.transports.letPass(context);
      const user = this.userOf(request, token);
      if (!(user instanceof Promise)) return settle(null, user);
      return user.then(
        (them) => settle(null, them),
        (error: unknown) => settle(error, false),
      );
    } catch (error) {
      return settle(error, false);
    }
  }

  /**
   * What carries the token in its `headers`, and receives the user: the request of HTTP, or what stands for the
   * message of another transport.
   */
  protected getRequest(context: ExecutionContext): HttpRequest {
    return this.transports.requestOf(context);
  }

  /** What an error's headers are set on; asked for over HTTP alone. */
  protected getResponse(context: ExecutionContext): unknown {
    return context.switchToHttp().getResponse();
  }

  /** @returns null when the request has no token */
  protected getToken(request: HttpRequest): string | null {
    return accessTokenIn(request);
  }

  /**
   * What becomes `request.user`; whoever throws refuses. It has the form of `AuthGuard.handleRequest`.
   *
   * @param error why nobody is let in; null where somebody is
   * @param user whom the token speaks for, as the options `user` and `toUser` want them; false where nobody is let in
   */
  protected handleRequest(
    error: unknown,
    user: unknown,
    _info: unknown,
    _context: ExecutionContext,
  ): unknown {
    if (error !== null) throw error;
    return user;
  }

  /** A known token costs a look-up; a new one is verified by the strategy, which is given nothing but the token. */
  private userOf(request: HttpRequest, token: string | null): unknown {
    if (token === null) throw new MissingTokenError();
    const session = this.accessControl.recall(token) ?? this.verify(request, token);
    return session instanceof Promise
      ? session.then((known) => this.letIn(request, token, known))
      : this.letIn(request, token, session);
  }

  /** Whoever has a token of a session that is bound to a key has to show that they hold the key, each time anew. */
  private letIn(request: HttpRequest, token: string, session: AuthenticatedUser): unknown {
    const proved = this.possession.forAccessToken(request, token, session.claims);
    if (proved === undefined) return this.requestUser.of(request, session);
    return proved.then(() => this.requestUser.of(request, session));
  }

  private verify(request: HttpRequest, token: string): Promise<AuthenticatedUser> {
    if (this.attempts.isFlooded) this.attempts.assertNoFlood(addressOf(request));
    return this.strategy.ask(new BareRequest(token));
  }

  /** Whether it is an `APP_GUARD`, or one is made with it. */
  private standsBeforeAll(): boolean {
    this.isBeforeAll ??= Array.from(this.modules.values())
      .flatMap(({ providers }) => Array.from(providers))
      .filter(([token]) => String(token).startsWith(APP_GUARD))
      .some(([, { instance }]) => [instance, ...Object.values(instance ?? {})].includes(this));
    return this.isBeforeAll;
  }

  private isOptional(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    return this.reflector.getAllAndOverride<boolean | undefined>(IS_OPTIONAL, targets) === true;
  }
}

/** Whether it is this guard or one that extends it, as a class or made. */
function isJwtAuthGuard(placed: unknown): boolean {
  if (placed instanceof JwtAuthGuard || placed === JwtAuthGuard) return true;
  return typeof placed === 'function' && placed.prototype instanceof JwtAuthGuard;
}
