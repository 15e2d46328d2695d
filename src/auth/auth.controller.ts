import {
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Post,
  Req,
  Res,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { validate as isUuid } from 'uuid';
import { MissingTokenError, NotFoundError } from '../errors.js';
import type { LiveSession } from '../sessions/live-session.js';
import { RefreshTokenCodec } from '../tokens/refresh-token-codec.js';
import type { MeBody, SessionBody, SessionsBody, TokenPairBody } from '../wire.js';
import type { AuthenticatedUser } from './access-control.js';
import { AuthHeadersInterceptor } from './auth-headers.interceptor.js';
import { CurrentSession, Public } from './auth.decorators.js';
import { loginSchema, parseBody } from './auth.dto.js';
import { PersonalAuthRoute } from './auth-route.js';
import { AuthService } from './auth.service.js';
import {
  type HttpRequest,
  addressOf,
  bearerToken,
  bodyOf,
  connectionSignal,
  originOf,
} from './http-request.js';
import { JwtAuthGuard } from './jwt-auth.guard.js';
import { ProxyWarning } from './proxy-warning.js';
import { type CookiePairBody, RefreshCookie } from './cookie/refresh-cookie.js';

/** The routes of the module but for the refresh. Where they stand, `routePrefix` says. */
@PersonalAuthRoute()
@Controller()
@UseInterceptors(AuthHeadersInterceptor)
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly cookie: RefreshCookie,
    private readonly tokens: RefreshTokenCodec,
    private readonly proxies: ProxyWarning,
  ) {}

  /** Checks the credentials and opens a session. */
  @Public()
  @Post('login')
  @HttpCode(200)
  async login(
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: unknown,
  ): Promise<TokenPairBody | CookiePairBody> {
    const { username, password, device_name: deviceName } = parseBody(loginSchema, bodyOf(request));
    this.proxies.look(request);
    const ip = addressOf(request);
    const origin = originOf(request, deviceName ?? null);
    const signal = connectionSignal(request);
    const pair = await this.auth.login({ username, password, ip, signal }, origin);
    this.cookie.clearDoubled(request, response);
    return this.cookie.deliver(pair, request, response);
  }

  /** Ends this session; with both tokens the refresh token decides. */
  @Public()
  @Post('logout')
  @HttpCode(204)
  async logout(
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: unknown,
  ): Promise<void> {
    this.cookie.clearDoubled(request, response);
    const refreshToken = this.cookie.tokenOf(request);
    const accessToken = bearerToken(request);
    if (refreshToken !== null) {
      this.cookie.assertSameSession(request, this.tokens.verifyGenuine(refreshToken).sid);
      await this.auth.logout(refreshToken);
    } else if (accessToken !== null) await this.auth.logoutByAccessToken(accessToken);
    else throw new MissingTokenError();
    this.cookie.clear(request, response);
  }

  /** Ends every session of the user. */
  @UseGuards(JwtAuthGuard)
  @Post('logout/all')
  @HttpCode(204)
  logoutAll(@CurrentSession() user: AuthenticatedUser): Promise<void> {
    return this.auth.revokeSessions(user.id);
  }

  /** Ends every session of the user but this one. */
  @UseGuards(JwtAuthGuard)
  @Post('logout/others')
  @HttpCode(204)
  logoutOthers(@CurrentSession() user: AuthenticatedUser): Promise<void> {
    return this.auth.revokeSessions(user.id, 'logout', user.sessionId);
  }

  /** The user's live sessions. */
  @UseGuards(JwtAuthGuard)
  @Get('sessions')
  async sessions(@CurrentSession() user: AuthenticatedUser): Promise<SessionsBody> {
    const sessions = await this.auth.sessions(user.id, user);
    return { sessions: sessions.map(sessionBody) };
  }

  /** Ends one of the user's own sessions. */
  @UseGuards(JwtAuthGuard)
  @Delete('sessions/:id')
  @HttpCode(204)
  revokeSession(@CurrentSession() user: AuthenticatedUser, @Param('id') id: string): Promise<void> {
    if (!isUuid(id)) throw new NotFoundError('There is no such session');
    return this.auth.revokeSession(user.id, id.toLowerCase());
  }

  /** Whom the access token speaks for. */
  @UseGuards(JwtAuthGuard)
  @Get('me')
  async me(@CurrentSession() user: AuthenticatedUser): Promise<MeBody> {
    const { username } = await this.auth.findUser(user.id);
    return { id: user.id, username, session_id: user.sessionId };
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
