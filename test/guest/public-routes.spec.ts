import { Controller, Get, Injectable, UseGuards } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CurrentUser, type AuthenticatedUser, JwtAuthGuard, Public } from 'nestjs-baton';
import { type Host, type HostOptions, PLATFORMS, startHost } from '../host/start-host.js';
import { Client, EVERY_ANSWER, answersOfEveryRoute } from './every-route.js';

@Injectable()
class OwnGuard extends JwtAuthGuard {}

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

  @Get('guarded')
  guarded(@CurrentUser() user: AuthenticatedUser | undefined) {
    return { user: user?.id ?? null };
  }

  @Public()
  @UseGuards(OwnGuard)
  @Get('both')
  both(@CurrentUser() user: AuthenticatedUser | undefined) {
    return { user: user?.id ?? null };
  }
}

@Public()
@UseGuards(JwtAuthGuard)
@Controller('public-and-guarded-class')
class ContradictoryController {
  @Get('guarded')
  guarded(@CurrentUser() user: AuthenticatedUser | undefined) {
    return { user: user?.id ?? null };
  }
}

const OPEN = ['/public-class/open', '/guarded-class/public'];
const GUARDED = [
  '/public-class/guarded',
  '/guarded-class/guarded',
  '/guarded-class/both',
  '/public-and-guarded-class/guarded',
];

async function answersOf(host: Host, path: string) {
  const { access_token } = await new Client(host).login();
  const nobody = await host.http().get(path);
  const nonsense = await host.http().get(path).auth('nonsense', { type: 'bearer' });
  const ann = await host.http().get(path).auth(access_token, { type: 'bearer' });
  return [nobody.body.error, nonsense.body.error, ann.body.user];
}

/** @see issue 11 */
describe.each(PLATFORMS)('on %s', (platform) => {
  const options: HostOptions = {
    platform,
    controllers: [PublicController, GuardedController, ContradictoryController],
  };

  describe.each([
    ['without a global guard', {}],
    ['with globalGuard', { extras: { globalGuard: true } }],
  ])('%s', (_what, more: HostOptions) => {
    let host: Host;
    beforeAll(async () => {
      host = await startHost({ ...options, ...more });
    });
    afterAll(() => host.close());

    it.each(GUARDED)('a JwtAuthGuard placed by hand guards: %s', async (path) => {
      expect(await answersOf(host, path)).toEqual(['missing_token', 'invalid_token', '1']);
    });

    it.each(OPEN)(
      '@Public() that is closer than the guard opens, to nonsense too: %s',
      async (path) => {
        expect(await answersOf(host, path)).toEqual([undefined, undefined, null]);
      },
    );
  });

  it('an application may put the guard before every route itself', async () => {
    const providers = [{ provide: APP_GUARD, useExisting: JwtAuthGuard }];
    const host = await startHost({ ...options, providers });
    expect(await answersOfEveryRoute(host)).toEqual(EVERY_ANSWER);
    for (const path of OPEN) {
      expect(await answersOf(host, path)).toEqual([undefined, undefined, null]);
    }
    for (const path of GUARDED) {
      expect(await answersOf(host, path)).toEqual(['missing_token', 'invalid_token', '1']);
    }
    await host.close();
  });
});
