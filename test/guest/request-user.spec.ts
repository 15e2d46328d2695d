import {
  Controller,
  type ExecutionContext,
  ForbiddenException,
  Get,
  Injectable,
  UseGuards,
} from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import {
  type AccessTokenClaims,
  type AuthenticatedUser,
  CurrentSession,
  CurrentUser,
  JwtAuthGuard,
  OptionalAuth,
} from 'nestjs-baton';
import { type Host, type HostOptions, PLATFORMS, startHost } from '../host/start-host.js';
import { Client } from './every-route.js';

/** Takes the token from where a download link has it, and lets administrators in only. */
@Injectable()
class DownloadGuard extends JwtAuthGuard {
  protected override getToken(request: { headers: object; query?: { token?: string } }) {
    return request.query?.token ?? null;
  }

  protected override handleRequest(
    error: unknown,
    user: unknown,
    info: unknown,
    context: ExecutionContext,
  ): unknown {
    const session = super.handleRequest(error, user, info, context);
    if (context.switchToHttp().getRequest().query.as === 'nobody') throw new ForbiddenException();
    return { downloads: session };
  }
}

@Controller('feature')
class FeatureController {
  @UseGuards(JwtAuthGuard)
  @Get('guarded')
  guarded(@CurrentUser() user: unknown, @CurrentSession() session: AuthenticatedUser) {
    return { user, sessionId: session.sessionId };
  }

  @UseGuards(AuthGuard('baton'))
  @Get('passport')
  passport(@CurrentUser() user: unknown, @CurrentSession() session: AuthenticatedUser) {
    return { user, sessionId: session.sessionId };
  }

  @OptionalAuth()
  @UseGuards(JwtAuthGuard)
  @Get('optional')
  optional(@CurrentUser() user?: AuthenticatedUser, @CurrentSession() session?: AuthenticatedUser) {
    return { known: user?.id ?? null, same: user === session };
  }

  @UseGuards(DownloadGuard)
  @Get('download')
  download(@CurrentUser() user: { downloads: AuthenticatedUser }) {
    return { id: user.downloads.id };
  }
}

function refuseEverybody(): never {
  throw new ForbiddenException('not today');
}

const options: HostOptions = { controllers: [FeatureController] };
const get = (host: Host, route: string, token?: string) => {
  const asked = host.http().get(`/feature/${route}`);
  return token === undefined ? asked : asked.auth(token, { type: 'bearer' });
};

/** @see issue 12 */
describe.each(PLATFORMS)('request.user on %s', (platform) => {
  const routes = ['guarded', 'passport'];

  it.each(routes)(
    'is the application’s own user where it asks for the full one: %s',
    async (route) => {
      const host = await startHost({ ...options, platform, auth: { user: 'full' } });
      const { access_token, session_id } = await new Client(host).login();
      for (const time of ['new', 'known']) {
        const { body } = await get(host, route, access_token);
        expect([time, body]).toMatchObject([
          time,
          { user: { username: 'ann' }, sessionId: session_id },
        ]);
      }
      const me = await host.http().get('/auth/me').auth(access_token, { type: 'bearer' });
      expect(me.body).toMatchObject({ username: 'ann', session_id });
      host.users.remove('ann');
      const gone = await get(host, route, access_token);
      expect([gone.status, gone.body.error]).toEqual([401, 'invalid_token']);
      const again = await get(host, route, access_token);
      expect([again.status, again.body.error]).toEqual([401, 'session_revoked']);
      await host.close();
    },
  );

  it.each(routes)('is what toUser makes of the claims: %s', async (route) => {
    const auth = {
      accessTokenClaims: () => ({ role: 'admin' }),
      toUser: ({ sub, role }: AccessTokenClaims) => ({ name: `user ${sub}`, role }),
    };
    const host = await startHost({ ...options, platform, auth });
    const { access_token } = await new Client(host).login();
    const { body } = await get(host, route, access_token);
    expect(body.user).toEqual({ name: 'user 1', role: 'admin' });
    await host.close();
  });

  it.each(routes)('is refused where toUser refuses: %s', async (route) => {
    const host = await startHost({ ...options, platform, auth: { toUser: refuseEverybody } });
    const { access_token } = await new Client(host).login();
    expect((await get(host, route, access_token)).status).toBe(403);
    await host.close();
  });

  it('is undefined on a route with @OptionalAuth() that is asked without a token', async () => {
    const host = await startHost({ ...options, platform });
    expect((await get(host, 'optional')).body).toEqual({ known: null, same: true });
    const { access_token } = await new Client(host).login();
    expect((await get(host, 'optional', access_token)).body).toEqual({ known: '1', same: true });
    const bad = await get(host, 'optional', 'nonsense');
    expect([bad.status, bad.body.error, bad.headers['x-auth-error']]).toEqual([
      401,
      'invalid_token',
      'invalid_token',
    ]);
    await host.close();
  });

  it('may come to @OptionalAuth() from the global guard as well', async () => {
    const host = await startHost({ ...options, platform, extras: { globalGuard: true } });
    expect((await get(host, 'optional')).body).toEqual({ known: null, same: true });
    await host.close();
  });

  it('is what a guard that extends ours says', async () => {
    const host = await startHost({ ...options, platform });
    const { access_token } = await new Client(host).login();
    const download = (query: string) => host.http().get(`/feature/download?${query}`);
    expect((await download(`token=${access_token}`)).body).toEqual({ id: '1' });
    expect((await download('token=nonsense')).body.error).toBe('invalid_token');
    expect((await download('')).body.error).toBe('missing_token');
    expect((await download(`token=${access_token}&as=nobody`)).status).toBe(403);
    await host.close();
  });
});

it('a user has one form: toUser and user: full are not given together', async () => {
  const auth = { user: 'full' as const, toUser: () => null };
  await expect(startHost({ auth })).rejects.toThrow(
    "AuthModule: option toUser takes the place of user: 'full': give one of them",
  );
});
