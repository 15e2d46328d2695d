import { Controller, Get, UseGuards } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import {
  CurrentUser,
  type AuthenticatedUser,
  GlobalJwtAuthGuard,
  JwtAuthGuard,
  Public,
} from 'nestjs-baton';
import { type Host, type HostOptions, PLATFORMS, startHost } from '../host/start-host.js';
import { Client, EVERY_ANSWER, answersOfEveryRoute } from './every-route.js';

@Public()
@Controller('public-class')
class PublicController {
  @Get('open')
  open(@CurrentUser() user: AuthenticatedUser | undefined) {
    return { user: user?.id ?? null };
  }

  @UseGuards(JwtAuthGuard)
  @Get('guarded')
  guarded(@CurrentUser() user: AuthenticatedUser | undefined) {
    return { user: user?.id ?? null };
  }
}

@UseGuards(JwtAuthGuard)
@Controller('guarded-class')
class GuardedController {
  @Public()
  @Get('public')
  marked(@CurrentUser() user: AuthenticatedUser | undefined) {
    return { user: user?.id ?? null };
  }
}

const GUARDED = ['/public-class/guarded', '/guarded-class/public'];

async function answersOf(host: Host, path: string) {
  const { access_token } = await new Client(host).login();
  const nobody = await host.http().get(path);
  const nonsense = await host.http().get(path).auth('nonsense', { type: 'bearer' });
  const ann = await host.http().get(path).auth(access_token, { type: 'bearer' });
  return [nobody.body.error, nonsense.body.error, ann.body.user];
}

/** @see issue 11 */
describe.each(PLATFORMS)('on %s', (platform) => {
  const options: HostOptions = { platform, controllers: [PublicController, GuardedController] };

  describe.each([
    ['without a global guard', {}],
    ['with globalGuard', { extras: { globalGuard: true } }],
  ])('%s', (_what, more: HostOptions) => {
    let host: Host;
    beforeAll(async () => {
      host = await startHost({ ...options, ...more });
    });
    afterAll(() => host.close());

    it.each(GUARDED)('a JwtAuthGuard placed by hand guards, public or not: %s', async (path) => {
      expect(await answersOf(host, path)).toEqual(['missing_token', 'invalid_token', '1']);
    });

    it('a public route without one is open, to nonsense too', async () => {
      expect(await answersOf(host, '/public-class/open')).toEqual([undefined, undefined, null]);
    });
  });

  it('GlobalJwtAuthGuard may be put before every route by the application itself', async () => {
    const providers = [{ provide: APP_GUARD, useExisting: GlobalJwtAuthGuard }];
    const host = await startHost({ ...options, providers });
    expect(await answersOfEveryRoute(host)).toEqual(EVERY_ANSWER);
    const opened = await answersOf(host, '/public-class/open');
    expect(opened).toEqual([undefined, undefined, null]);
    for (const path of GUARDED) {
      expect(await answersOf(host, path)).toEqual(['missing_token', 'invalid_token', '1']);
    }
    await host.close();
  });

  it('a JwtAuthGuard before every route guards the login as well, and the start says so', async () => {
    const warnings: string[] = [];
    const logger = { log() {}, error() {}, warn: (text: string) => warnings.push(text) };
    const host = await startHost({
      ...options,
      providers: [{ provide: APP_GUARD, useExisting: JwtAuthGuard }],
      configure: (app) => app.useLogger(logger),
    });
    expect((await host.http().post('/auth/login').send({})).body.error).toBe('missing_token');
    expect(warnings.join()).toContain('globalGuard: true');
    await host.close();
  });
});
