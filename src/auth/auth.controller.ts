import {
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Req,
  Res,
  UseGuards,
} from '@nestjs/common';
import { validate as isUuid } from 'uuid';
import { MissingTokenError, NotFoundError } from '../errors.js';
import type { LiveSession } from '../sessions/live-session.js';
import { AccessTokenCodec } from '../tokens/access-token-codec.js';
import { boundKeyOf } from '../tokens/claims.js';
import { type PresentedRefreshToken, RefreshTokenCodec } from '../tokens/refresh-token-codec.js';
import type { MeBody, SessionBody, SessionsBody, TokenPairBody } from '../wire.js';
import type { AuthenticatedUser } from './access-control.js';
import { CurrentSession, CurrentUser, Public } from './auth.decorators.js';
import { parseBody, parseQuery, sessionPageSchema } from './auth.dto.js';
import { AUTH_CONFIG, type AuthConfig } from './auth.options.js';
import { AuthResponder } from './auth-responder.js';
import { PersonalAuthRoute } from './auth-route.js';
import { AuthService } from './auth.service.js';
import { ProofOfPossession } from './dpop/proof-of-possession.js';
import { ErrorHeaders } from './error-headers.js';
import { type HttpRequest, accessTokenIn, bodyOf } from './http-request.js';
import { JwtAuthGuard } from './jwt-auth.guard.js';
import { type LoginFieldSettings, loginSchema, nameOf } from './login-fields.js';
import { type CookiePairBody, RefreshCookie } from './cookie/refresh-cookie.js';
import { RefreshTokenGuard } from './refresh-token.guard.js';

/** The routes of the module. Where they stand, `routePrefix` says. */
@PersonalAuthRoute()
@Controller()
export class AuthController {
  private readonly loginFields: LoginFieldSettings;
  private readonly loginSchema: ReturnType<typeof loginSchema>;

  constructor(
    private readonly auth: AuthService,
    private readonly cookie: RefreshCookie,
    private readonly tokens: RefreshTokenCodec,
    private readonly accessTokens: AccessTokenCodec,
    private readonly possession: ProofOfPossession,
    private readonly responder: AuthResponder,
    private readonly errorHeaders: ErrorHeaders,
    @Inject(AUTH_CONFIG) { loginFields }: AuthConfig,
  ) {
    this.loginFields = loginFields;
    this.loginSchema = loginSchema(loginFields);
  }

  /** Checks the credentials and opens a session. */
  @Public()
  @Post('login')
  @HttpCode(200)
  login(
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: unknown,
  ): Promise<TokenPairBody | CookiePairBody> {
    return this.responder.open(request, response, async ({ origin, signal, jkt, replaces }) => {
      const { deviceName, ...presented } = parseBody(this.loginSchema, bodyOf(request));
      const credentials = { ...presented, ip: origin.ip, signal };
      return this.auth.login(credentials, { ...origin, deviceName }, { jkt, replaces });
    });
  }

  /** Rotates: a new access token and a new refresh token. */
  @Public()
  @UseGuards(RefreshTokenGuard)
  @Post('token/refresh')
  @HttpCode(200)
  refresh(
    @CurrentUser() presented: PresentedRefreshToken,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: unknown,
  ): Promise<TokenPairBody | CookiePairBody> {
    return this.responder.refresh(request, response, (options) =>
      this.auth.refreshVerified(presented, options),
    );
  }

  /** Ends this session; with both tokens the refresh token decides. */
  @Public()
  @Post('logout')
  @HttpCode(204)
  logout(
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: unknown,
  ): Promise<void> {
    return this.responder.end(request, response, async () => {
      const refreshToken = this.cookie.tokenOf(request);
      const accessToken = accessTokenIn(request);
      if (refreshToken !== null) await this.logoutByRefreshToken(request, refreshToken);
      else if (accessToken !== null) await this.logoutByAccessToken(request, accessToken);
      else throw new MissingTokenError();
    });
  }

  /** Ends every session of the user. */
  @UseGuards(JwtAuthGuard)
  @Post('logout/all')
  @HttpCode(204)
  logoutAll(
    @CurrentSession() { id, sessionId }: AuthenticatedUser,
    @Res({ passthrough: true }) response: unknown,
  ): Promise<void> {
    return this.errorHeaders.around(response, () =>
      this.auth.revokeSessions(id, 'logout', null, sessionId),
    );
  }

  /** Ends every session of the user but this one. */
  @UseGuards(JwtAuthGuard)
  @Post('logout/others')
  @HttpCode(204)
  logoutOthers(
    @CurrentSession() { id, sessionId }: AuthenticatedUser,
    @Res({ passthrough: true }) response: unknown,
  ): Promise<void> {
    return this.errorHeaders.around(response, () =>
      this.auth.revokeSessions(id, 'logout', sessionId),
    );
  }

  /** The user's live sessions, a page of them. */
  @UseGuards(JwtAuthGuard)
  @Get('sessions')
  sessions(
    @CurrentSession() user: AuthenticatedUser,
    @Query() query: unknown,
    @Res({ passthrough: true }) response: unknown,
  ): Promise<SessionsBody> {
    return this.errorHeaders.around(response, async () => {
      const page = parseQuery(sessionPageSchema, query);
      const { sessions, nextCursor } = await this.auth.sessionPage(user.id, user, page);
      const body = { sessions: sessions.map(sessionBody) };
      return nextCursor === null ? body : { ...body, next_cursor: nextCursor };
    });
  }

  /** Ends one of the user's own sessions. */
  @UseGuards(JwtAuthGuard)
  @Delete('sessions/:id')
  @HttpCode(204)
  revokeSession(
    @CurrentSession() user: AuthenticatedUser,
    @Param('id') id: string,
    @Res({ passthrough: true }) response: unknown,
  ): Promise<void> {
    return this.errorHeaders.around(response, () => {
      if (!isUuid(id)) throw new NotFoundError('There is no such session');
      return this.auth.revokeSession(user.id, id.toLowerCase());
    });
  }

  /** Whom the access token speaks for. */
  @UseGuards(JwtAuthGuard)
  @Get('me')
  me(
    @CurrentSession() { id, sessionId }: AuthenticatedUser,
    @Res({ passthrough: true }) response: unknown,
  ): Promise<MeBody> {
    return this.errorHeaders.around(response, async () => {
      const username = nameOf(await this.auth.findUser(id), this.loginFields);
      return { id, username, session_id: sessionId };
    });
  }

  private async logoutByRefreshToken(request: HttpRequest, token: string): Promise<void> {
    const claims = this.tokens.verifyGenuine(token);
    this.cookie.assertSameSession(request, claims.sid);
    const jkt = await this.possession.forRefreshToken(request, claims);
    await this.auth.logout(token, 'logout', { jkt });
  }

  private async logoutByAccessToken(request: HttpRequest, token: string): Promise<void> {
    const claims = this.accessTokens.verify(token);
    await this.possession.forAccessToken(request, token, claims);
    await this.auth.logoutByAccessToken(token, 'logout', { jkt: boundKeyOf(claims) });
  }
}

function sessionBody(session: LiveSession): SessionBody {
  return {
    id: session.id,
    current: session.current,
    created_at: new Date(session.createdAtMs).toISOString(),
    last_used_at: new Date(session.lastUsedAtMs).toISOString(),
    expires_at: new Date(session.expiresAtMs).toISOString(),
    ip: session.ip,
    user_agent: session.userAgent,
    device_name: session.deviceName,
  };
}
