/** The part of passport-jwt that a host is given here. Its published types do not know of `KeyObject`. */
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
    readonly passReqToCallback: true;
  }

  export class Strategy {
    readonly name: string;

    constructor(options: StrategyOptions<never>, verify?: (...args: never[]) => void);
  }
}
