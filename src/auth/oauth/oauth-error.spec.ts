import {
  AuthError,
  type AuthErrorCode,
  InvalidTokenError,
  MissingTokenError,
  UnavailableError,
} from '../../errors.js';
import { OAuthError, inOAuthWords } from './oauth-error.js';

async function thrownBy(error: unknown): Promise<unknown> {
  try {
    return await inOAuthWords(async () => {
      throw error;
    });
  } catch (thrown) {
    return thrown;
  }
}

describe('an error of the standard endpoints', () => {
  it.each([
    ['invalid_request', 400],
    ['invalid_client', 401],
    ['unauthorized_client', 403],
    ['invalid_grant', 400],
    ['use_dpop_nonce', 400],
  ] as const)('%s has the status %i, and says so in the words of RFC 6749', (code, status) => {
    const error = new OAuthError(code, 'a sentence');
    expect(error.getStatus()).toBe(status);
    expect(error.getResponse()).toEqual({ error: code, error_description: 'a sentence' });
    expect([error.message, error.authError]).toEqual(['a sentence', null]);
  });

  it.each<[AuthErrorCode, string]>([
    ['invalid_request', 'invalid_request'],
    ['invalid_token', 'invalid_grant'],
    ['token_expired', 'invalid_grant'],
    ['token_reused', 'invalid_grant'],
    ['session_revoked', 'invalid_grant'],
    ['max_uses_reached', 'invalid_grant'],
    ['invalid_dpop_proof', 'invalid_dpop_proof'],
    ['use_dpop_nonce', 'use_dpop_nonce'],
  ])('that is %s elsewhere is %s here, and knows what it was', async (code, oauth) => {
    const cause = new AuthError(code, 'a sentence');
    const error = await thrownBy(cause);
    expect(error).toBeInstanceOf(OAuthError);
    expect(error).toMatchObject({ code: oauth, message: 'a sentence', authError: cause, cause });
  });

  it.each([new UnavailableError('The database'), new MissingTokenError(), new Error('a bug')])(
    'that has no word there stays as it is: %p',
    async (error) => {
      expect(await thrownBy(error)).toBe(error);
    },
  );

  it('is none where none is thrown, and one of theirs stays as it is', async () => {
    expect(await inOAuthWords(async () => 'done')).toBe('done');
    const own = new OAuthError('invalid_request', 'a sentence', new InvalidTokenError('Access'));
    expect(await thrownBy(own)).toBe(own);
  });
});
