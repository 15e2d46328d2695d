import { HttpException } from '@nestjs/common';
import { AuthError, type AuthErrorCode } from '../../errors.js';

/** The codes of RFC 6749 section 5.2 and of RFC 9449 sections 5 and 8 that the standard endpoints answer with. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'unauthorized_client'
  | 'invalid_grant'
  | 'invalid_scope'
  | 'unsupported_grant_type'
  | 'invalid_dpop_proof'
  | 'use_dpop_nonce';

/** That of the others is 400. A client that may not do what it asks for is answered as one asks elsewhere. */
const STATUS: ReadonlyMap<OAuthErrorCode, number> = new Map([
  ['invalid_client', 401],
  ['unauthorized_client', 403],
]);

/** An error of the standard endpoints, in their words; its cause is ours, which says more. */
export class OAuthError extends HttpException {
  /** The error of the module's that it stands for, where there is one. */
  readonly authError: AuthError | null;

  constructor(
    readonly code: OAuthErrorCode,
    description: string,
    authError: AuthError | null = null,
  ) {
    super({ error: code, error_description: description }, STATUS.get(code) ?? 400, {
      cause: authError,
    });
    this.message = description;
    this.authError = authError;
  }
}

/** What RFC 6749 knows as one error: the refresh token buys nothing. Errors that are in no list stay as they are. */
const IN_OAUTH: ReadonlyMap<AuthErrorCode, OAuthErrorCode> = new Map([
  ['invalid_request', 'invalid_request'],
  ['invalid_token', 'invalid_grant'],
  ['token_expired', 'invalid_grant'],
  ['token_reused', 'invalid_grant'],
  ['session_revoked', 'invalid_grant'],
  ['max_uses_reached', 'invalid_grant'],
  ['invalid_dpop_proof', 'invalid_dpop_proof'],
  ['use_dpop_nonce', 'use_dpop_nonce'],
]);

/** Does what a standard endpoint does; what it throws is in the words of its RFC. */
export async function inOAuthWords<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    const code = IN_OAUTH.get(error.code);
    throw code === undefined ? error : new OAuthError(code, error.message, error);
  }
}
