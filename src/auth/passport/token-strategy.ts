import type { KeyObject } from 'node:crypto';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-jwt';
import { type AuthError, InvalidTokenError, type TokenName } from '../../errors.js';
import type { RegisteredClaims } from '../../tokens/claims.js';
import type { JwtCodec } from '../../tokens/jwt-codec.js';
import type { ErrorHeaders } from '../error-headers.js';
import type { HttpRequest } from '../http-request.js';
import type { Asked } from './asked-strategy.js';
import { failInOurWords } from './strategy-refusal.js';

/**
 * How Passport verifies one kind of token. `passport-jwt` checks signature, issuer and audience; what it cannot be
 * told, the codec judges before and after, so that there is one set of rules wherever a token is verified.
 */
export abstract class TokenStrategy<Claims extends RegisteredClaims, Answer>
  extends PassportStrategy(Strategy)
  implements Asked<Answer>
{
  constructor(
    protected readonly codec: JwtCodec<Claims>,
    protected readonly source: TokenSource,
    private readonly errorHeaders: ErrorHeaders,
  ) {
    const { ignoreNotBefore, ...verification } = codec.verification;
    super({
      ...verification,
      jsonWebTokenOptions: { ignoreNotBefore },
      jwtFromRequest: (request: HttpRequest) => source.tokenOf(request),
      secretOrKeyProvider: (_request, token, done) => done(...keyOf(codec, token)),
      passReqToCallback: true,
    });
  }

  /**
   * Asks this strategy about a request, as Passport asks one for an `AuthGuard`: on an object made for the request,
   * which is told what to do with the outcome. Nothing stays on the request, and whoever asks answers the client.
   */
  ask(request: HttpRequest): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const attempt: Attempt<Answer> = Object.create(this);
      attempt.success = resolve;
      attempt.error = reject;
      attempt.fail = () => reject(this.refusalOf(request));
      this.decide.call(attempt, request);
    });
  }

  /** For a host's `AuthGuard`, and whoever else asks Passport. */
  override authenticate(request: HttpRequest, options?: object): void {
    try {
      failInOurWords(this, request, () => this.refusalOf(request), this.errorHeaders);
      this.decide(request, options);
    } catch (error) {
      this.error(error);
    }
  }

  /** What `request.user` becomes. */
  abstract override validate(request: HttpRequest, payload: unknown): Answer | Promise<Answer>;

  /** `passport-jwt` decides, or the codec alone where the signature is of a kind that its library does not know. */
  private decide(request: HttpRequest, options?: object): void {
    const token = this.source.tokenOf(request);
    if (token === null || !this.codec.isBeyondLibraries(token)) {
      super.authenticate(request, options);
      return;
    }
    this.decideAlone(request, token);
  }

  private decideAlone(request: HttpRequest, token: string): void {
    let claims: Claims;
    try {
      claims = this.codec.verifyGenuine(token);
    } catch (error) {
      this.fail(error);
      return;
    }
    this.validated(request, claims).then(
      (user) => this.success(user),
      (error: unknown) => this.error(error),
    );
  }

  /** Whatever it throws is a rejection. */
  private async validated(request: HttpRequest, claims: Claims): Promise<Answer> {
    return this.validate(request, claims);
  }

  private refusalOf(request: HttpRequest): AuthError {
    const isMissing = this.source.tokenOf(request) === null;
    return isMissing ? this.source.missing() : new InvalidTokenError(this.source.name);
  }

  /** Whether another strategy accepts just the tokens that this one does: the same application, made once more. */
  isTwinOf(other: object): boolean {
    return other instanceof TokenStrategy && other.codec.accepts === this.codec.accepts;
  }

  getPassportInstance() {
    return UNNAMED;
  }
}

/** Where a request has its token, and what it is told when it has none. */
export interface TokenSource {
  readonly name: TokenName;
  /** @returns null when there is none */
  tokenOf(request: HttpRequest): string | null;
  missing(): AuthError;
}

/** A strategy as it is made for one request. */
interface Attempt<Answer> extends Strategy {
  success: (user: Answer) => void;
}

/** The mixin registers a strategy under a name that it was written with. Ours have names that are options. */
const UNNAMED = { use: () => {} };

function keyOf(
  codec: JwtCodec<RegisteredClaims>,
  token: string,
): [error: unknown, key?: KeyObject] {
  try {
    return [null, codec.keyOf(token).verifyWith];
  } catch (error) {
    return [error];
  }
}
