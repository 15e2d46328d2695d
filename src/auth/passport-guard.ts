import { randomUUID } from 'node:crypto';
import { AuthGuard, type IAuthGuard, PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-jwt';
import { AuthError, InvalidTokenError, type TokenName } from '../errors.js';
import type { JwtCodec, RegisteredClaims } from '../tokens/jwt-codec.js';
import type { HttpRequest } from './http-request.js';

/** How a guard finds a token and what it makes of a genuine one. */
export interface TokenGate<Claims extends RegisteredClaims> {
  readonly name: TokenName;
  readonly codec: JwtCodec<Claims>;
  tokenOf(request: HttpRequest): string | null;
  /** @returns what becomes `request.user` */
  admit(token: string, claims: Claims): unknown;
}

/**
 * A guard over a `passport-jwt` strategy of its own. Passport keeps its strategies in a global, under a
 * name; a random one keeps two `AuthModule`s, and the host's own strategies, out of each other's way.
 */
export function passportGuard<Claims extends RegisteredClaims>(
  gate: TokenGate<Claims>,
): IAuthGuard {
  const strategyName = `nestjs-baton-${randomUUID()}`;

  class TokenStrategy extends PassportStrategy(Strategy, strategyName) {
    constructor() {
      super({
        ...gate.codec.verifyOptions,
        jwtFromRequest: (request: HttpRequest) => gate.tokenOf(request),
        passReqToCallback: true,
        secretOrKeyProvider: (_request, token: string, done) => {
          try {
            done(null, gate.codec.keyFor(token).verifyWith);
          } catch (error) {
            done(error);
          }
        },
      });
    }

    validate(request: HttpRequest, payload: unknown): unknown {
      return gate.admit(gate.tokenOf(request) ?? '', gate.codec.accept(payload));
    }
  }

  class TokenGuard extends AuthGuard(strategyName) {
    /** Making it is what registers it with Passport. */
    protected readonly strategy = new TokenStrategy();

    override handleRequest<User>(error: unknown, user: User | false, info: unknown): User {
      if (error !== null && error !== undefined) throw error;
      if (user !== false) return user;
      throw info instanceof AuthError ? info : new InvalidTokenError(gate.name, info);
    }
  }

  return new TokenGuard();
}
