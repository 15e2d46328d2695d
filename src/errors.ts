import { HttpException } from '@nestjs/common';

/** The stable half of an error: clients decide by it, sentences are for people. */
export type AuthErrorCode =
  | 'invalid_request'
  | 'invalid_credentials'
  | 'token_expired'
  | 'invalid_token'
  | 'token_reused'
  | 'session_revoked'
  | 'max_uses_reached'
  | 'missing_token'
  | 'invalid_dpop_proof'
  | 'use_dpop_nonce'
  | 'not_found'
  | 'session_mismatch'
  | 'username_taken'
  | 'payload_too_large'
  | 'too_many_attempts'
  | 'server_error'
  | 'unavailable';

/** Every code, and the status that it is answered with. */
export const STATUS: Readonly<Record<AuthErrorCode, number>> = {
  invalid_request: 400,
  invalid_credentials: 401,
  token_expired: 401,
  invalid_token: 401,
  token_reused: 401,
  session_revoked: 401,
  max_uses_reached: 401,
  missing_token: 401,
  invalid_dpop_proof: 401,
  use_dpop_nonce: 401,
  not_found: 404,
  session_mismatch: 409,
  username_taken: 409,
  payload_too_large: 413,
  too_many_attempts: 429,
  server_error: 500,
  unavailable: 503,
};

/**
 * Every error of this module: an `HttpException` whose body is
 * `{"error": "<code>", "error_description": "<sentence>"}`, so that a host's own exception filters
 * see it as any other and no filter of ours is needed.
 */
export class AuthError extends HttpException {
  /** What a `GraphQLError` that is made of this one says of it: every server of GraphQL takes it over. */
  readonly extensions: { readonly code: AuthErrorCode; readonly reason?: string };

  constructor(
    readonly code: AuthErrorCode,
    description: string,
    { cause, ...details }: { readonly cause?: unknown; readonly reason?: string } = {},
  ) {
    super({ error: code, error_description: description, ...details }, STATUS[code], { cause });
    this.message = description;
    this.extensions = { code, ...details };
  }
}

/** The request itself is wrong: a missing field, a wrong type, a malformed header. */
export class InvalidRequestError extends AuthError {
  constructor(description: string) {
    super('invalid_request', description);
  }
}

/** Unknown user or wrong password; the two are deliberately not told apart. */
export class InvalidCredentialsError extends AuthError {
  constructor() {
    super('invalid_credentials', 'Invalid username or password');
  }
}

/** Too many failed attempts: even the right password is refused until `retryAfterSeconds` have passed. */
export class TooManyAttemptsError extends AuthError {
  /** Whole, and at least 1. */
  readonly retryAfterSeconds: number;

  /** @param seconds rounded up; what is no number of seconds is 1 */
  constructor(seconds: number) {
    const whole = Number.isSafeInteger(Math.ceil(seconds)) ? Math.max(1, Math.ceil(seconds)) : 1;
    super('too_many_attempts', `Too many failed attempts, retry in ${whole} seconds`);
    this.retryAfterSeconds = whole;
  }
}

/** The two tokens of a pair, as the sentences of the errors name them. */
export type TokenName = 'Access' | 'Refresh';

/** A genuine token past its lifetime, or one of a session past its end. It revokes nothing. */
export class TokenExpiredError extends AuthError {
  constructor(token: TokenName) {
    super('token_expired', `${token} token has expired`);
  }
}

/** A token that this module did not issue for this purpose, or whose session it does not know. */
export class InvalidTokenError extends AuthError {
  constructor(token: TokenName, cause?: unknown) {
    super('invalid_token', `Invalid ${token.toLowerCase()} token`, { cause });
  }
}

/** No Bearer token came with a request to a guarded route. */
export class MissingTokenError extends AuthError {
  constructor() {
    super('missing_token', 'Access token is missing');
  }
}

/** What was wrong with a proof, or with the lack of one. */
export type DpopFault =
  /** A bound token, or a login where proofs are required, came without one. */
  | 'missing'
  /** A bound access token came as a bearer's. */
  | 'scheme'
  /** It is no proof, or none of this request, or of another time. */
  | 'invalid'
  /** It is somebody else's: not by the key that the session is bound to. */
  | 'other_key'
  /** It was used before. */
  | 'replayed';

/**
 * Whoever asks has not proved that they hold the key that the session is bound to. It revokes nothing, and the
 * session goes on for whoever does.
 *
 * @see RFC 9449 sections 5 and 7.1
 */
export class InvalidDpopProofError extends AuthError {
  constructor(
    description: string,
    readonly fault: DpopFault = 'other_key',
  ) {
    super('invalid_dpop_proof', description);
  }
}

/** A proof has to be made with a nonce of the server's, and this one was not. It comes in `DPoP-Nonce`. */
export class UseDpopNonceError extends AuthError {
  /** @param nonce the one to make the next proof with */
  constructor(readonly nonce: string) {
    super('use_dpop_nonce', 'The DPoP proof takes the nonce in DPoP-Nonce');
  }
}

/**
 * A spent refresh token came back: two parties hold the session, and it has been ended for both.
 *
 * @see RFC 9700 section 4.14.2
 */
export class TokenReusedError extends AuthError {
  constructor() {
    super('token_reused', 'Refresh token has already been used');
  }
}

/** The session was ended before its time. A refresh also learns the `reason`, a guarded route does not. */
export class SessionRevokedError extends AuthError {
  constructor(reason?: string) {
    super('session_revoked', 'Session has been revoked', reason === undefined ? {} : { reason });
  }
}

/** The refresh token's cookie is of another session than the one that the client speaks for. Nothing was consumed. */
export class SessionMismatchError extends AuthError {
  constructor() {
    super('session_mismatch', 'The cookie belongs to another session');
  }
}

/** The session has been refreshed as often as `maxUses` allows; it is not revoked. */
export class MaxUsesReachedError extends AuthError {
  constructor() {
    super('max_uses_reached', 'Session has reached its maximum number of refreshes');
  }
}

/**
 * An application's own refusal of a user, in the form of the module's errors: locked, not verified, a second factor
 * wanted. For `authenticate`, `onLogin`, `onRefresh` and `toUser`; a client keeps its session, and shows the sentence.
 * As any 401, one with that status counts as a failed attempt.
 */
export class UserRefusedError extends HttpException {
  /** As those of {@link AuthError}. */
  readonly extensions: { readonly code: string };

  /**
   * @param code the application's own word, such as `email_not_verified`
   * @param status 400 to 499 @default 403
   * @throws TypeError for a code that is not made of small letters, digits and _, or another status
   */
  constructor(
    readonly code: string,
    description: string,
    status = 403,
  ) {
    super({ error: code, error_description: description }, status);
    this.message = description;
    this.extensions = { code };
    if (!/^[a-z0-9_]{1,64}$/.test(code)) throw new TypeError('A code takes a-z, 0-9 and _');
    if (!(status >= 400 && status <= 499)) throw new TypeError('A refusal takes a status of 4xx');
  }
}

/** There is no such thing, or none that belongs to the caller. */
export class NotFoundError extends AuthError {
  constructor(description: string) {
    super('not_found', description);
  }
}

/** Something this module depends on is down. Nothing was consumed: repeating the request is right. */
export class UnavailableError extends AuthError {
  constructor(description: string, cause?: unknown) {
    super('unavailable', description, { cause });
  }
}
