import { ApiResponse } from '@nestjs/swagger';
import { AUTH_ERROR_HEADER } from '../auth/error-headers.js';
import {
  AuthError,
  type AuthErrorCode,
  InvalidCredentialsError,
  InvalidDpopProofError,
  InvalidRequestError,
  InvalidTokenError,
  MaxUsesReachedError,
  MissingTokenError,
  NotFoundError,
  SessionMismatchError,
  SessionRevokedError,
  TokenExpiredError,
  TokenReusedError,
  TooManyAttemptsError,
  UnavailableError,
  UseDpopNonceError,
} from '../errors.js';
import { ErrorModel } from './models.js';

/** One documented response for each status, with an example for each error that it stands for. */
export function errorResponses(errors: readonly AuthError[]): MethodDecorator[] {
  const statuses = [...new Set(errors.map((error) => error.getStatus()))];
  return statuses.map((status) => {
    const alike = errors.filter((error) => error.getStatus() === status);
    const examples = alike.map((error) => [
      `${error.code}: ${error.message}`,
      { summary: error.message, value: error.getResponse() },
    ]);
    const codes = [...new Set(alike.map((error) => error.code))];
    return ApiResponse({
      status,
      type: ErrorModel,
      description: codes.join(', '),
      examples: Object.fromEntries(examples),
      headers: headersOf(status, codes),
    });
  });
}

/** Where a session is bound to a key, or shall be. */
const PROOF_ERRORS: readonly AuthError[] = [
  new InvalidDpopProofError('The DPoP proof is missing', 'missing'),
  new UseDpopNonceError('a nonce'),
];

/** The errors of every route behind the guard. */
export const GUARD_ERRORS: readonly AuthError[] = [
  new MissingTokenError(),
  new InvalidTokenError('Access'),
  new TokenExpiredError('Access'),
  new SessionRevokedError(),
  ...PROOF_ERRORS,
  new UnavailableError('The database is unavailable'),
];

export const LOGIN_ERRORS: readonly AuthError[] = [
  new InvalidRequestError('password takes a string of 1 to 1024 bytes of UTF-8'),
  new InvalidCredentialsError(),
  ...PROOF_ERRORS,
  new TooManyAttemptsError(871),
  new UnavailableError('The database is unavailable'),
];

export const REFRESH_ERRORS: readonly AuthError[] = [
  new InvalidRequestError('Refresh token is missing'),
  new TokenExpiredError('Refresh'),
  new InvalidTokenError('Refresh'),
  new TokenReusedError(),
  new SessionRevokedError('logout'),
  new MaxUsesReachedError(),
  ...PROOF_ERRORS,
  new SessionMismatchError(),
  new UnavailableError('The database is unavailable'),
];

export const LOGOUT_ERRORS: readonly AuthError[] = [
  new InvalidRequestError('refresh_token takes a string'),
  new MissingTokenError(),
  new InvalidTokenError('Refresh'),
  ...PROOF_ERRORS,
  new SessionMismatchError(),
  new UnavailableError('The database is unavailable'),
];

export const NO_SUCH_PAGE: AuthError = new InvalidRequestError(
  'cursor takes the next_cursor of an earlier page',
);

export const NO_SUCH_SESSION: AuthError = new NotFoundError('There is no such session');

/** The headers that come with every error of one status. */
function headersOf(status: number, codes: readonly AuthErrorCode[]) {
  const described = {
    [AUTH_ERROR_HEADER]: {
      description: 'The code again: an answer without it is not from this server',
      schema: { type: 'string' as const, enum: [...codes] },
    },
  };
  const challenge = { description: 'RFC 6750 section 3', schema: { type: 'string' as const } };
  const seconds = { description: 'Seconds', schema: { type: 'integer' as const } };
  if (status === 401) return { ...described, 'WWW-Authenticate': challenge };
  return status === 429 ? { ...described, 'Retry-After': seconds } : described;
}
