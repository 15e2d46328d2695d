import { Controller, Get, UseGuards, VersioningType } from '@nestjs/common';
import { AuthService, JwtAuthGuard, Public } from 'nestjs-baton';
import { PASSWORD } from '../host/start-host.js';
import { MISSING_ACCESS, REVOKED, type Stage, answer, onEveryHost } from './vocabulary.js';

@Controller('open')
class OpenController {
  @Public()
  @Get()
  open() {
    return { open: true };
  }
}

@Controller('closed')
class ClosedController {
  @Get()
  closed() {
    return { open: false };
  }
}

/** The same handler as that of the closed one. */
@Public()
@Controller('opened')
class OpenedController extends ClosedController {}

@Controller('guarded')
@UseGuards(JwtAuthGuard)
class GuardedController {
  @Get()
  guarded() {
    return { open: false };
  }

  @Public()
  @Get('not')
  open() {
    return { open: true };
  }
}

const CREDENTIALS = { username: 'ann', password: PASSWORD };

/** Logs in, refreshes and uses the new token where the routes are said to be. */
async function walkThrough({ host }: Stage, prefix: string): Promise<void> {
  const first = await host.http().post(`${prefix}/login`).send(CREDENTIALS);
  expect(first.status).toBe(200);
  const { refresh_token } = first.body;
  const second = await host.http().post(`${prefix}/token/refresh`).send({ refresh_token });
  expect(second.status).toBe(200);
  const { access_token, session_id } = second.body;
  const bearer = [access_token, { type: 'bearer' }] as const;
  const me = host
    .http()
    .get(`${prefix}/me`)
    .auth(...bearer);
  expect(await answer(me)).toEqual({ status: 200, body: { id: '1', username: 'ann', session_id } });
  const listed = await host
    .http()
    .get(`${prefix}/sessions`)
    .auth(...bearer);
  expect(listed.status).toBe(200);
  const left = await host
    .http()
    .post(`${prefix}/logout/all`)
    .auth(...bearer);
  expect(left.status).toBe(204);
  expect(
    await answer(
      host
        .http()
        .get(`${prefix}/me`)
        .auth(...bearer),
    ),
  ).toEqual(REVOKED);
}

describe.each([
  ['the default', undefined, '/auth'],
  ["''", '', ''],
  ["'api/v1/auth'", 'api/v1/auth', '/api/v1/auth'],
])('under the prefix %s', (_what, routePrefix, path) => {
  onEveryHost({ extras: { routePrefix } }, (stage) => {
    it('the routes stand where routePrefix says, and nowhere else', async () => {
      await walkThrough(stage, path);
      const elsewhere = path === '/auth' ? '/login' : '/auth/login';
      expect((await stage.host.http().post(elsewhere).send(CREDENTIALS)).status).toBe(404);
    });
  });
});

onEveryHost(
  {
    configure: (app) => {
      app.setGlobalPrefix('api');
      app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
    },
  },
  (stage) => {
    it("the routes keep working under a host's global prefix and URI versioning", async () => {
      await walkThrough(stage, '/api/auth');
      const elsewhere = stage.host.http().post('/api/v1/auth/login');
      expect((await elsewhere.send(CREDENTIALS)).status).toBe(404);
    });
  },
);

onEveryHost({ extras: { controller: false }, controllers: [GuardedController] }, (stage) => {
  it.each([
    ['post', '/auth/login'],
    ['post', '/auth/token/refresh'],
    ['post', '/auth/logout'],
    ['get', '/auth/me'],
    ['get', '/.well-known/jwks.json'],
  ] as const)('with controller: false there is no %s %s', async (method, path) => {
    expect((await stage.host.http()[method](path)).status).toBe(404);
  });

  it('with controller: false the guard and AuthService work as ever', async () => {
    const auth = stage.host.app.get(AuthService);
    const pair = await auth.login({ ...CREDENTIALS, ip: null });
    const { access_token } = await auth.refresh(pair.refresh_token);
    const guarded = stage.host.http().get('/guarded').auth(access_token, { type: 'bearer' });
    expect((await guarded).status).toBe(200);
    expect(await answer(stage.host.http().get('/guarded'))).toEqual(MISSING_ACCESS);
  });
});

onEveryHost(
  {
    extras: { globalGuard: true },
    controllers: [OpenController, ClosedController, OpenedController, GuardedController],
  },
  (stage) => {
    it('with globalGuard every route wants an access token', async () => {
      const response = await stage.host.http().get('/closed');
      expect(await answer(Promise.resolve(response))).toEqual(MISSING_ACCESS);
      expect(response.headers['www-authenticate']).toBe('Bearer realm="nestjs-baton"');
      const { access_token } = (await stage.host.http().post('/auth/login').send(CREDENTIALS)).body;
      const request = stage.host.http().get('/closed').auth(access_token, { type: 'bearer' });
      expect((await request).status).toBe(200);
    });

    it.each(['/open', '/guarded/not'])('%s is @Public() and wants none', async (path) => {
      const open = { status: 200, body: { open: true } };
      expect(await answer(stage.host.http().get(path))).toEqual(open);
      const request = stage.host.http().get(path).auth('rubbish', { type: 'bearer' });
      expect(await answer(request)).toEqual(open);
    });

    it('a class that inherits a route is @Public() for itself alone', async () => {
      for (const round of ['first', 'again']) {
        const [open, closed] = [stage.host.http().get('/opened'), stage.host.http().get('/closed')];
        expect([round, (await open).status, (await closed).status]).toEqual([round, 200, 401]);
      }
    });

    it("with globalGuard the module's own routes are what they were", async () => {
      await walkThrough(stage, '/auth');
      expect((await stage.host.http().get('/.well-known/jwks.json')).body.error).toBe('not_found');
    });
  },
);
