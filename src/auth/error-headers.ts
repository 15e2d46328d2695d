import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import {
  AuthError,
  type AuthErrorCode,
  TooManyAttemptsError,
  UserRefusedError,
} from '../errors.js';
import { SETTINGS, type Settings } from '../options.js';
import { keepOnErrorsOnly } from './headers-of-errors-only.js';
import { Responses } from './passport/responses.js';

/** Says that an error is ours, and which: gateways and other services do not send it. */
export const AUTH_ERROR_HEADER = 'X-Auth-Error';

/** Where nothing was wrong with a token the challenge stands alone (RFC 6750 section 3.1). */
const BARE: ReadonlySet<string> = new Set<AuthErrorCode>(['missing_token', 'invalid_credentials']);

/** The longest text in a header: what a hook throws may be of any length, and a client reads 8 KiB of headers. */
const MAX_TEXT_CHARACTERS = 256;

/**
 * The headers that an error is answered with, on whichever platform: the one place that sets them, for routes and
 * guards by {@link ErrorHeaders.around}. The host's filters write the body afterwards.
 *
 * @see RFC 6750 section 3, RFC 9110 section 10.2.3
 */
@Injectable()
export class ErrorHeaders {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly responses: Responses,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Does what a route or a guard does; what it throws has its headers when it goes on to the filters. */
  async around<Answer>(response: unknown, work: () => Answer | Promise<Answer>): Promise<Answer> {
    try {
      return await work();
    } catch (error) {
      this.set(response, error);
      throw error;
    }
  }

  /**
   * No error is for a cache, whoever threw it; only ours say more. What they say is taken back where the answer is no
   * error after all; that it is for no cache stays, for it depended on who asked.
   */
  set(response: unknown, error: unknown): void {
    const { httpAdapter } = this.adapterHost;
    httpAdapter.setHeader(response, 'Cache-Control', 'no-store');
    if (!(error instanceof AuthError || error instanceof UserRefusedError)) return;
    keepOnErrorsOnly(response, [AUTH_ERROR_HEADER, 'Retry-After', 'WWW-Authenticate']);
    httpAdapter.setHeader(response, AUTH_ERROR_HEADER, clean(error.code));
    if (error instanceof TooManyAttemptsError) {
      httpAdapter.setHeader(response, 'Retry-After', String(error.retryAfterSeconds));
    }
    if (error.getStatus() === 401) {
      httpAdapter.setHeader(response, 'WWW-Authenticate', this.challengeOf(error));
    }
  }

  /** As {@link set}, for whoever has the request only. */
  setFor(request: object, error: unknown): void {
    const response = this.responses.of(request);
    if (response !== undefined) this.set(response, error);
  }

  challengeOf(error: AuthError | UserRefusedError): string {
    const bare = `Bearer realm="${clean(this.settings.issuer)}"`;
    if (BARE.has(error.code) || error instanceof UserRefusedError) return bare;
    return `${bare}, error="invalid_token", error_description="${clean(error.message)}"`;
  }
}

/** What RFC 6750 section 3 lets into `error_description`; a line break would end the header. */
function clean(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '')
    .slice(0, MAX_TEXT_CHARACTERS);
}
