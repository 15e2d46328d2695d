/**
 * The parts of Passport that are used here. The published types of passport-jwt do not know of `KeyObject`, those of
 * Passport not of `_strategy`.
 */
declare module 'passport-jwt' {
  import type { KeyObject } from 'node:crypto';

  interface StrategyOptions<Request> {
    readonly jwtFromRequest: (request: Request) => string | null;
    readonly secretOrKeyProvider: (
      request: Request,
      token: string,
      done: (error: unknown, key?: KeyObject) => void,
    ) => void;
    readonly algorithms: readonly string[];
    readonly issuer: string;
    readonly audience: string;
    readonly ignoreExpiration: boolean;
    readonly jsonWebTokenOptions?: { readonly ignoreNotBefore?: boolean };
    readonly passReqToCallback: true;
  }

  export class Strategy {
    readonly name: string;

    /** Set by Passport, as are the next two, on an object made for the request. */
    success(user: unknown): void;
    fail: (challenge: unknown, status?: number) => void;
    error: (error: unknown) => void;

    constructor(options: StrategyOptions<never>, verify?: (...args: never[]) => void);

    authenticate(request: object, options?: object): void;
  }
}

declare module 'passport' {
  interface Passport {
    use(name: string, strategy: object): this;
    unuse(name: string): this;
    _strategy(name: string): object | undefined;
    authenticate(
      strategy: string,
      options: { readonly session: false },
    ): (request: object, response: object, next: (error?: unknown) => void) => void;
  }

  const passport: Passport;
  export default passport;
}
