import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { InvalidTokenError, TokenExpiredError } from '../../errors.js';
import { AccessTokenCodec } from '../../tokens/access-token-codec.js';
import { boundKeyOf } from '../../tokens/claims.js';
import { RefreshTokenCodec } from '../../tokens/refresh-token-codec.js';
import type { TokenPairBody } from '../../wire.js';
import { AttemptLimits } from '../attempts/attempt-limits.js';
import { Public } from '../auth.decorators.js';
import { isGuess } from '../auth-responder.js';
import { PersonalAuthRoute } from '../auth-route.js';
import { AuthService } from '../auth.service.js';
import { ProofOfPossession } from '../dpop/proof-of-possession.js';
import { ErrorHeaders } from '../error-headers.js';
import { type HttpRequest, addressOf, idempotencyKeyOf } from '../http-request.js';
import { ClientAuthentication } from './client-authentication.js';
import { OAuthError, inOAuthWords } from './oauth-error.js';
import { type OAuthForm, formOf, required } from './oauth-form.js';
import { type IntrospectionBody, TokenIntrospection } from './token-introspection.js';

/**
 * The standard endpoints, on the same sessions as the module's own routes. They know nothing of the cookie: a form
 * can be sent by any page.
 */
@PersonalAuthRoute()
@Public()
@Controller()
export class OAuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly refreshTokens: RefreshTokenCodec,
    private readonly accessTokens: AccessTokenCodec,
    private readonly possession: ProofOfPossession,
    private readonly attempts: AttemptLimits,
    private readonly introspection: TokenIntrospection,
    private readonly clients: ClientAuthentication,
    private readonly errorHeaders: ErrorHeaders,
  ) {}

  /** The next pair for a refresh token. @see RFC 6749 section 6 */
  @Post('oauth/token')
  @HttpCode(200)
  token(
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: unknown,
  ): Promise<TokenPairBody> {
    return this.answer(response, async () => {
      const form = formOf(request);
      const client = await this.clients.clientOf(request, form);
      if (required(form, 'grant_type') !== 'refresh_token') {
        throw new OAuthError('unsupported_grant_type', 'grant_type takes refresh_token');
      }
      if (form.has('scope')) throw new OAuthError('invalid_scope', 'No session has scopes');
      return this.refresh(request, required(form, 'refresh_token'), client?.id);
    });
  }

  /** Ends the session of a token; one that is none is answered alike. @see RFC 7009 section 2 */
  @Post('oauth/revoke')
  @HttpCode(200)
  revoke(
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: unknown,
  ): Promise<void> {
    return this.answer(response, async () => {
      const form = formOf(request);
      await this.clients.clientOf(request, form);
      const token = required(form, 'token');
      await unlessUnknown(() => this.logoutByRefreshToken(request, token));
      await unlessUnknown(() => this.logoutByAccessToken(request, token));
    });
  }

  /** Whether a token would be taken now, for clients with a secret. @see RFC 7662 section 2 */
  @Post('oauth/introspect')
  @HttpCode(200)
  introspect(
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: unknown,
  ): Promise<IntrospectionBody> {
    return this.answer(response, async () => {
      const form: OAuthForm = formOf(request);
      await this.clients.confidentialClientOf(request, form);
      return this.introspection.of(required(form, 'token'));
    });
  }

  private answer<Answer>(response: unknown, work: () => Promise<Answer>): Promise<Answer> {
    return this.errorHeaders.around(response, () => inOAuthWords(work));
  }

  private async refresh(
    request: HttpRequest,
    token: string,
    clientId: string | undefined,
  ): Promise<TokenPairBody> {
    const address = addressOf(request);
    this.attempts.assertNoFlood(address);
    try {
      const claims = this.refreshTokens.verify(token);
      const jkt = await this.possession.forRefreshToken(request, claims);
      const options = { idempotencyKey: idempotencyKeyOf(request), clientId };
      return await this.auth.refreshVerified({ token, claims, jkt }, options);
    } catch (error) {
      if (isGuess(error)) this.attempts.noteRefusedToken(address);
      throw error;
    }
  }

  private async logoutByRefreshToken(request: HttpRequest, token: string): Promise<void> {
    const claims = this.refreshTokens.verifyGenuine(token);
    const jkt = await this.possession.forRefreshToken(request, claims);
    await this.auth.logout(token, 'logout', { jkt });
  }

  /** It stands in the form, and not in `Authorization`: the proof is of the key alone, as a refresh token's. */
  private async logoutByAccessToken(request: HttpRequest, token: string): Promise<void> {
    const claims = this.accessTokens.verify(token);
    await this.possession.forTokenInBody(request, claims, 'Access');
    await this.auth.logoutByAccessToken(token, 'logout', { jkt: boundKeyOf(claims) });
  }
}

/** An error would tell a client of nothing that it could do better (RFC 7009 section 2.2). */
async function unlessUnknown(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof InvalidTokenError || error instanceof TokenExpiredError)) throw error;
  }
}
