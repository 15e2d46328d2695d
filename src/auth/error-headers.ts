import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import {
  AuthError,
  type AuthErrorCode,
  TooManyAttemptsError,
  UseDpopNonceError,
  UserRefusedError,
} from '../errors.js';
import { PROOF_ALGORITHMS } from '../keys/proof-key.js';
import { SETTINGS, type Settings } from '../options.js';
import { AUTH_CONFIG, type AuthConfig } from './auth.options.js';
import { DPOP_NONCE_HEADER } from './dpop/nonce-header.js';
import { keepOnErrorsOnly } from './headers-of-errors-only.js';
import { OAuthError } from './oauth/oauth-error.js';
import { Responses } from './passport/responses.js';

/** Says that an error is ours, and which: gateways and other services do not send it. */
export const AUTH_ERROR_HEADER = 'X-Auth-Error';

/** Where nothing was wrong with a token the challenge stands alone (RFC 6750 section 3.1). */
const BARE: ReadonlySet<string> = new Set<AuthErrorCode>(['missing_token', 'invalid_credentials']);

/** Errors of the proof, which the scheme `DPoP` has words of its own for (RFC 9449 section 7.1). */
const OF_PROOF: ReadonlySet<string> = new Set<AuthErrorCode>([
  'invalid_dpop_proof',
  'use_dpop_nonce',
]);

/** What a proof may be signed with. */
const ALGORITHMS = `algs="${PROOF_ALGORITHMS.join(' ')}"`;

/** The longest text in a header: what a hook throws may be of any length, and a client reads 8 KiB of headers. */
const MAX_TEXT_CHARACTERS = 256;

/**
 * The headers that an error is answered with, on whichever platform: the one place that sets them, for routes and
 * guards by {@link ErrorHeaders.around}. The host's filters write the body afterwards.
 *
 * @see RFC 6750 section 3, RFC 9110 section 10.2.3, RFC 9449 sections 7.1 and 8
 */
@Injectable()
export class ErrorHeaders {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly responses: Responses,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(AUTH_CONFIG) private readonly config: AuthConfig,
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
    if (error instanceof OAuthError) return this.setOAuth(response, error);
    if (!(error instanceof AuthError || error instanceof UserRefusedError)) return;
    keepOnErrorsOnly(response, [AUTH_ERROR_HEADER, 'Retry-After', 'WWW-Authenticate']);
    httpAdapter.setHeader(response, AUTH_ERROR_HEADER, clean(error.code));
    if (error instanceof TooManyAttemptsError) {
      httpAdapter.setHeader(response, 'Retry-After', String(error.retryAfterSeconds));
    }
    if (error instanceof UseDpopNonceError) {
      httpAdapter.setHeader(response, DPOP_NONCE_HEADER, error.nonce);
    }
    if (error.getStatus() === 401) {
      httpAdapter.setHeader(response, 'WWW-Authenticate', this.challengeOf(error));
    }
  }

  /** `X-Auth-Error` has the module's own word, which says more than the RFC's. @see RFC 6749 section 5.2 */
  private setOAuth(response: unknown, { code, authError }: OAuthError): void {
    const { httpAdapter } = this.adapterHost;
    httpAdapter.setHeader(response, AUTH_ERROR_HEADER, authError?.code ?? code);
    if (authError instanceof UseDpopNonceError) {
      httpAdapter.setHeader(response, DPOP_NONCE_HEADER, authError.nonce);
    }
    if (code === 'invalid_client') {
      const realm = clean(this.settings.issuer);
      httpAdapter.setHeader(response, 'WWW-Authenticate', `Basic realm="${realm}"`);
    }
  }

  /** As {@link set}, for whoever has the request only. */
  setFor(request: object, error: unknown): void {
    const response = this.responses.of(request);
    if (response !== undefined) this.set(response, error);
  }

  /** The schemes that would do: `Bearer` unless the token is bound to a key, `DPoP` where proofs are known. */
  challengeOf(error: AuthError | UserRefusedError): string {
    const realm = `realm="${clean(this.settings.issuer)}"`;
    const description = `error_description="${clean(error.message)}"`;
    if (OF_PROOF.has(error.code)) {
      return `DPoP ${realm}, error="${error.code}", ${description}, ${ALGORITHMS}`;
    }
    const bearer =
      BARE.has(error.code) || error instanceof UserRefusedError
        ? `Bearer ${realm}`
        : `Bearer ${realm}, error="invalid_token", ${description}`;
    return this.config.dpop.dpop === 'off' ? bearer : `${bearer}, DPoP ${realm}, ${ALGORITHMS}`;
  }
}

/** What RFC 6750 section 3 lets into `error_description`; a line break would end the header. */
function clean(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '')
    .slice(0, MAX_TEXT_CHARACTERS);
}
