import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { AuthError, type AuthErrorCode, TooManyAttemptsError } from '../errors.js';
import { SETTINGS, type Settings } from '../options.js';

/** Where nothing was wrong with a token the challenge stands alone (RFC 6750 section 3.1). */
const BARE: ReadonlySet<AuthErrorCode> = new Set(['missing_token', 'invalid_credentials']);

/**
 * The headers that an error is answered with, on whichever platform. They are set before the host's filters
 * write the body.
 *
 * @see RFC 6750 section 3, RFC 9110 section 10.2.3
 */
@Injectable()
export class ErrorHeaders {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  set(response: unknown, error: unknown): void {
    const { httpAdapter } = this.adapterHost;
    if (error instanceof TooManyAttemptsError) {
      httpAdapter.setHeader(response, 'Retry-After', String(error.retryAfterSeconds));
    }
    if (error instanceof AuthError && error.getStatus() === 401) {
      const value = challenge(error, this.settings.issuer);
      httpAdapter.setHeader(response, 'WWW-Authenticate', value);
    }
  }
}

function challenge(error: AuthError, realm: string): string {
  const bare = `Bearer realm="${realm.replace(/[^\x20-\x7e]|["\\]/g, '')}"`;
  if (BARE.has(error.code)) return bare;
  return `${bare}, error="invalid_token", error_description="${error.message}"`;
}
