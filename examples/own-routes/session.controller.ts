import { Body, Controller, Delete, HttpCode, Post, Req, Res, UseGuards } from '@nestjs/common';
import {
  AuthResponder,
  AuthService,
  CurrentSession,
  CurrentUser,
  type AuthenticatedUser,
  JwtAuthGuard,
  type PresentedRefreshToken,
  RefreshTokenGuard,
  UserRefusedError,
} from 'nestjs-baton';
import { MagicLinks } from './magic-links.js';

/** What Express and Fastify requests have in common. */
interface HttpRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Routes of an application's own, with what the module's do around a pair: sign-in by a link instead of a password. */
@Controller('session')
export class SessionController {
  constructor(
    private readonly auth: AuthService,
    private readonly responder: AuthResponder,
    private readonly links: MagicLinks,
  ) {}

  @Post()
  @HttpCode(200)
  open(
    @Body() body: { readonly code?: unknown },
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: unknown,
  ) {
    return this.responder.open(request, response, async ({ origin, replaces }) => {
      const user = this.links.redeem(body.code);
      if (user === null) throw new UserRefusedError('link_spent', 'Ask for another link');
      return this.auth.openSession(user, origin, { replaces });
    });
  }

  @UseGuards(RefreshTokenGuard)
  @Post('refresh')
  @HttpCode(200)
  refresh(
    @CurrentUser() presented: PresentedRefreshToken,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: unknown,
  ) {
    return this.responder.refresh(request, response, (options) =>
      this.auth.refreshVerified(presented, options),
    );
  }

  @UseGuards(JwtAuthGuard)
  @Delete()
  @HttpCode(204)
  end(
    @CurrentSession() { id, sessionId }: AuthenticatedUser,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: unknown,
  ) {
    return this.responder.end(request, response, () => this.auth.revokeSession(id, sessionId));
  }
}
