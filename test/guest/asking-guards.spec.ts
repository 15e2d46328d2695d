import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Inject,
  Injectable,
  UseGuards,
  forwardRef,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtAuthGuard, Public } from 'nestjs-baton';
import { type Host, type HostOptions, startHost } from '../host/start-host.js';
import { Client } from './every-route.js';

const hasKey = (context: ExecutionContext): boolean =>
  context.switchToHttp().getRequest().headers['x-api-key'] === 'insider';

/** Lets in whoever has a key, and asks ours about everybody else. */
@Injectable()
class KeyOrTokenGuard implements CanActivate {
  constructor(private readonly tokens: JwtAuthGuard) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    return hasKey(context) || this.tokens.canActivate(context);
  }
}

/** The same, made otherwise. */
@Injectable()
class NamedGuard implements CanActivate {
  constructor(@Inject(JwtAuthGuard) private readonly tokens: CanActivate) {}

  canActivate(context: ExecutionContext) {
    return hasKey(context) || this.tokens.canActivate(context);
  }
}

@Injectable()
class PropertyGuard implements CanActivate {
  @Inject(JwtAuthGuard) private readonly tokens!: CanActivate;

  canActivate(context: ExecutionContext) {
    return hasKey(context) || this.tokens.canActivate(context);
  }
}

@Injectable()
class Tokens {
  constructor(private readonly guard: JwtAuthGuard) {}

  areIn(context: ExecutionContext) {
    return this.guard.canActivate(context);
  }
}

@Injectable()
class Callers {
  @Inject(forwardRef(() => Tokens)) private readonly tokens!: Tokens;

  areKnown(context: ExecutionContext) {
    return hasKey(context) || this.tokens.areIn(context);
  }
}

/** The same, by way of services. */
@Injectable()
class ServedGuard implements CanActivate {
  constructor(private readonly callers: Callers) {}

  canActivate(context: ExecutionContext) {
    return this.callers.areKnown(context);
  }
}

@Injectable()
class Roles {
  @Inject(forwardRef(() => Members)) readonly members!: object;
}

@Injectable()
class Members {
  @Inject(forwardRef(() => Roles)) readonly roles!: object;
}

/** One that has nothing to do with ours, and services that need each other. */
@Injectable()
class RolesGuard implements CanActivate {
  constructor(readonly roles: Roles) {}

  canActivate() {
    return true;
  }
}

@Public()
@Controller('public-class')
class PublicController {
  @Get('open')
  open() {
    return { open: true };
  }

  @UseGuards(KeyOrTokenGuard)
  @Get('guarded')
  guarded() {
    return { open: true };
  }

  @Public()
  @UseGuards(KeyOrTokenGuard)
  @Get('both')
  both() {
    return { open: true };
  }

  @UseGuards(NamedGuard)
  @Get('named')
  named() {
    return { open: true };
  }

  @UseGuards(PropertyGuard)
  @Get('property')
  property() {
    return { open: true };
  }

  @UseGuards(RolesGuard)
  @Get('roles')
  roles() {
    return { open: true };
  }

  @UseGuards(ServedGuard)
  @Get('served')
  served() {
    return { open: true };
  }
}

@UseGuards(KeyOrTokenGuard)
@Controller('guarded-class')
class GuardedController {
  @Public()
  @Get('open')
  open() {
    return { open: true };
  }
}

const GUARDED = ['guarded', 'both', 'named', 'property', 'served'].map(
  (path) => `/public-class/${path}`,
);
const SERVICES = [Tokens, Callers, Roles, Members];
const OPEN = ['/public-class/open', '/public-class/roles', '/guarded-class/open'];

/** With nothing, with nonsense, with the key and with a token. */
async function statusesOf(host: Host, path: string): Promise<number[]> {
  const { access_token } = await new Client(host).login();
  const answers = [
    await host.http().get(path),
    await host.http().get(path).auth('nonsense', { type: 'bearer' }),
    await host.http().get(path).set('x-api-key', 'insider'),
    await host.http().get(path).auth(access_token, { type: 'bearer' }),
  ];
  return answers.map(({ status }) => status);
}

/** @see issue 11 */
describe.each<[string, HostOptions]>([
  ['without a global guard', {}],
  ['with globalGuard', { extras: { globalGuard: true } }],
  [
    'with an APP_GUARD of the application',
    { providers: [...SERVICES, { provide: APP_GUARD, useExisting: JwtAuthGuard }] },
  ],
])('%s', (_what, more) => {
  let host: Host;
  beforeAll(async () => {
    host = await startHost({
      controllers: [PublicController, GuardedController],
      providers: SERVICES,
      ...more,
    });
  });
  afterAll(() => host.close());

  it.each(GUARDED)(
    'a guard that asks JwtAuthGuard is not answered by @Public(), and nobody is before it: %s',
    async (path) => {
      expect(await statusesOf(host, path)).toEqual([401, 401, 200, 200]);
    },
  );

  it.each(OPEN)('@Public() that is closer than that guard opens: %s', async (path) => {
    expect(await statusesOf(host, path)).toEqual([200, 200, 200, 200]);
  });
});

it('a guard that asks JwtAuthGuard may itself stand before every route', async () => {
  const providers = [...SERVICES, { provide: APP_GUARD, useClass: KeyOrTokenGuard }];
  const host = await startHost({ controllers: [PublicController], providers });
  expect(await statusesOf(host, '/public-class/open')).toEqual([200, 200, 200, 200]);
  expect(await statusesOf(host, '/auth/me')).toEqual([401, 401, 401, 200]);
  await host.close();
});
