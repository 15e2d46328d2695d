import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Injectable,
  SetMetadata,
  UseGuards,
} from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import { type AuthenticatedUser, CurrentUser, JwtAuthGuard } from 'nestjs-baton';
import { type HostOptions, PLATFORMS, startHost } from '../host/start-host.js';
import { Client, EVERY_ANSWER, answersOfEveryRoute } from './every-route.js';

/** Word for word as in Nest's documentation. */
const IS_PUBLIC_KEY = 'isPublic';
const HostPublic = () => SetMetadata(IS_PUBLIC_KEY, true);

/** The host's own guard: what is not public takes a key that only insiders have. */
@Injectable()
class ApiKeyGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const isPublic = this.reflector.getAllAndOverride<boolean>(IS_PUBLIC_KEY, [
      context.getHandler(),
      context.getClass(),
    ]);
    return isPublic || context.switchToHttp().getRequest().headers['x-api-key'] === 'insider';
  }
}

@Controller()
class PagesController {
  @HostPublic()
  @Get('open')
  open() {
    return { page: 'open' };
  }

  @Get('closed')
  closed(@CurrentUser() user: AuthenticatedUser | undefined) {
    return { page: 'closed', user: user?.id ?? null };
  }

  @UseGuards(JwtAuthGuard)
  @Get('guarded')
  guarded(@CurrentUser() user: AuthenticatedUser) {
    return { page: 'guarded', user: user.id };
  }
}

describe.each(PLATFORMS)('on %s', (platform) => {
  const options: HostOptions = { platform, controllers: [PagesController] };
  const providers = [{ provide: APP_GUARD, useClass: ApiKeyGuard }];

  it("a host's own global guard lets our public routes through and judges the others", async () => {
    const host = await startHost({ ...options, providers });
    const client = new Client(host);
    const pair = await client.login();
    const refreshed = await client.refresh(pair);
    expect(refreshed.status).toBe(200);

    expect((await client.getAs(refreshed.body, 'me')).status).toBe(403);
    const insider = client.getAs(refreshed.body, 'me').set('x-api-key', 'insider');
    expect((await insider).body.username).toBe('ann');

    const { refresh_token } = refreshed.body;
    expect((await client.post('logout', { refresh_token })).status).toBe(204);
    await host.close();
  });

  it("a host's own global guard lets the public keys through", async () => {
    const host = await startHost({ ...options, providers });
    const { status, body } = await host.http().get('/.well-known/jwks.json');
    expect([status, body.error]).toEqual([404, 'not_found']);
    await host.close();
  });

  it('JwtAuthGuard stands before one route where the host puts it', async () => {
    const host = await startHost(options);
    const pair = await new Client(host).login();
    const guarded = () => host.http().get('/guarded');
    expect((await guarded()).body.error).toBe('missing_token');
    const answer = await guarded().auth(pair.access_token, { type: 'bearer' });
    expect(answer.body).toEqual({ page: 'guarded', user: '1' });
    expect((await host.http().get('/closed')).body).toEqual({ page: 'closed', user: null });
    await host.close();
  });

  it('with globalGuard it stands before every route but those that the host calls public', async () => {
    const host = await startHost({ ...options, extras: { globalGuard: true } });
    expect((await host.http().get('/open')).body).toEqual({ page: 'open' });
    const stranger = await host.http().get('/closed');
    expect([stranger.status, stranger.body.error]).toEqual([401, 'missing_token']);
    const { access_token } = await new Client(host).login();
    const known = await host.http().get('/closed').auth(access_token, { type: 'bearer' });
    expect(known.body).toEqual({ page: 'closed', user: '1' });
    expect(await answersOfEveryRoute(host)).toEqual(EVERY_ANSWER);
    await host.close();
  });
});
