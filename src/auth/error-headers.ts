import type { HttpAdapterHost } from '@nestjs/core';
import { AuthError, type AuthErrorCode, TooManyAttemptsError } from '../errors.js';

/** Where nothing was wrong with a token the challenge stands alone (RFC 6750 section 3.1). */
const BARE: ReadonlySet<AuthErrorCode> = new Set(['missing_token', 'invalid_credentials']);

/**
 * The headers that an error is answered with, on whichever platform.
 *
 * @param realm what the credentials are for
 * @see RFC 6750 section 3, RFC 9110 section 10.2.3
 */
export function setErrorHeaders(
  { httpAdapter }: HttpAdapterHost,
  response: unknown,
  error: unknown,
  realm: string,
): void {
  if (error instanceof TooManyAttemptsError) {
    httpAdapter.setHeader(response, 'Retry-After', String(error.retryAfterSeconds));
  }
  if (error instanceof AuthError && error.getStatus() === 401) {
    httpAdapter.setHeader(response, 'WWW-Authenticate', challenge(error, realm));
  }
}

function challenge(error: AuthError, realm: string): string {
  const bare = `Bearer realm="${realm.replace(/[^\x20-\x7e]|["\\]/g, '')}"`;
  if (BARE.has(error.code)) return bare;
  return `${bare}, error="invalid_token", error_description="${error.message}"`;
}
