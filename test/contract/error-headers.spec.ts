import { Controller, Get, HttpException, Post, UseGuards, UseInterceptors } from '@nestjs/common';
import {
  AuthError,
  AuthHeadersInterceptor,
  AuthService,
  JwtAuthGuard,
  TooManyAttemptsError,
} from 'nestjs-baton';
import { type Host, PLATFORMS, startHost } from '../host/start-host.js';
import { login, logout, postLogin, postRefresh, withoutDatabase } from './vocabulary.js';

/** What the user store of the test throws at the next login. */
let thrown: unknown;

@Controller('own')
class OwnController {
  constructor(private readonly auth: AuthService) {}

  @UseGuards(JwtAuthGuard)
  @Get('guarded')
  guarded(): string {
    return 'in';
  }

  @UseInterceptors(AuthHeadersInterceptor)
  @Get('kept')
  kept(): string {
    return 'by nobody';
  }

  @UseInterceptors(AuthHeadersInterceptor)
  @Post('refresh')
  refresh(): Promise<unknown> {
    return this.auth.refresh('not a token');
  }
}

/** @see issue 11 */
describe.each(PLATFORMS)('on %s', (platform) => {
  let host: Host;

  beforeAll(async () => {
    host = await startHost({
      platform,
      controllers: [OwnController],
      auth: {
        issuer: 'the "realm"\r\nof Zoë\\',
        onLogin: () => {
          if (thrown !== undefined) throw thrown;
        },
      },
    });
  });
  beforeEach(() => {
    thrown = undefined;
  });
  afterAll(() => host.close());

  const http = () => host.http();

  it.each([
    [400, 'invalid_request', () => http().post('/auth/token/refresh').send({})],
    [400, 'invalid_request', () => http().post('/auth/login').send({ username: 7 })],
    [401, 'invalid_token', () => http().post('/auth/token/refresh').send({ refresh_token: 'x' })],
    [401, 'invalid_credentials', () => postLogin(host, { password: 'wrong password' })],
    [401, 'missing_token', () => http().post('/auth/logout').send({})],
    [401, 'missing_token', () => http().get('/auth/me')],
    [401, 'missing_token', () => http().get('/own/guarded')],
    [401, 'invalid_token', () => http().get('/own/guarded').auth('x', { type: 'bearer' })],
    [401, 'invalid_token', () => http().post('/own/refresh')],
    [404, 'not_found', () => http().get('/.well-known/jwks.json')],
  ])(
    'an error of ours says so in X-Auth-Error, and is for no cache: %i %s',
    async (status, code, ask) => {
      const { headers, status: answered, body } = await ask();
      expect([answered, body.error, headers['x-auth-error']]).toEqual([status, code, code]);
      expect(headers['cache-control']).toBe('no-store');
    },
  );

  it('what a route answers behind AuthHeadersInterceptor is for no cache, either', async () => {
    const { text, headers } = await http().get('/own/kept');
    expect([text, headers['cache-control']]).toEqual(['by nobody', 'no-store']);
    expect(headers['x-auth-error']).toBeUndefined();
  });

  it('so do the end of a session, an unknown one and an outage', async () => {
    const pair = await login(host);
    await logout(host, pair);
    const revoked = await postRefresh(host, pair.refresh_token);
    expect(revoked.headers['x-auth-error']).toBe('session_revoked');

    const { access_token } = await login(host);
    const asked = http().delete('/auth/sessions/1').auth(access_token, { type: 'bearer' });
    expect((await asked).headers['x-auth-error']).toBe('not_found');
    await withoutDatabase(host, async () => {
      const { headers, status } = await http()
        .get('/auth/sessions')
        .auth(access_token, { type: 'bearer' });
      expect([status, headers['x-auth-error']]).toEqual([503, 'unavailable']);
      expect(headers['cache-control']).toBe('no-store');
    });
  });

  it('what is no error of ours has no X-Auth-Error', async () => {
    expect((await http().get('/nowhere')).headers).not.toHaveProperty('x-auth-error');
    expect((await postLogin(host)).headers).not.toHaveProperty('x-auth-error');
    thrown = new HttpException('bob is on holiday', 423);
    const held = await postLogin(host);
    expect([held.status, held.headers['x-auth-error']]).toEqual([423, undefined]);
    expect(held.headers['cache-control']).toBe('no-store');
  });

  it('GET answers are for no cache', async () => {
    const { access_token } = await login(host);
    for (const path of ['/auth/me', '/auth/sessions']) {
      const { headers } = await http().get(path).auth(access_token, { type: 'bearer' });
      expect(headers['cache-control']).toBe('no-store');
    }
  });

  it.each([
    ['quotes', 'he said "no"', 'he said no'],
    ['line breaks', 'no\r\nSet-Cookie: a=b', 'no Set-Cookie: a=b'],
    ['backslashes', 'no\\', 'no'],
    ['what is not ASCII', 'non, Zoë 📱', 'non, Zo '],
    ['a NUL', 'no\0', 'no'],
    ['half a character', 'no\ud83d', 'no'],
    ['endless text', 'x'.repeat(100_000), 'x'.repeat(256)],
  ])(
    'an error of ours that a hook throws with %s in it makes a challenge still',
    async (_what, text, cleaned) => {
      thrown = new AuthError('session_revoked', text);
      const { status, headers } = await postLogin(host);
      expect(status).toBe(401);
      expect(headers['www-authenticate']).toBe(
        `Bearer realm="the realm of Zo", error="invalid_token", error_description="${cleaned}"`,
      );
      expect(headers).not.toHaveProperty('set-cookie');
    },
  );

  it.each([
    [2, '2'],
    [0.2, '1'],
    [-5, '1'],
    [Number.NaN, '1'],
    [Number.POSITIVE_INFINITY, '1'],
    [1e30, '1'],
  ])(
    'a hook that asks for %d seconds of patience makes Retry-After: %s',
    async (seconds, header) => {
      thrown = new TooManyAttemptsError(seconds);
      const { status, headers, body } = await postLogin(host);
      expect([status, headers['retry-after']]).toEqual([429, header]);
      expect(body.error_description).toContain(` ${header} seconds`);
    },
  );

  it("a host's error that has the shape of ours, but is not, stays as it is", async () => {
    thrown = Object.assign(new Error('x'), { code: 'invalid_token' });
    const { status, headers } = await postLogin(host);
    expect([status, headers['x-auth-error'], headers['www-authenticate']]).toEqual([
      500,
      undefined,
      undefined,
    ]);
  });
});

describe.each(PLATFORMS)('under revocation: strict, on %s', (platform) => {
  let host: Host;
  beforeAll(async () => {
    const auth = { revocation: 'strict' } as const;
    host = await startHost({ platform, auth, controllers: [OwnController] });
  });
  afterAll(() => host.close());

  const guarded = (token: string) =>
    host.http().get('/own/guarded').auth(token, { type: 'bearer' });

  it.each([
    ['that was let in before', true],
    ['that comes for the first time', false],
  ])('a token of a revoked session gets its challenge, one %s', async (_what, wasLetIn) => {
    const pair = await login(host);
    const before = wasLetIn ? (await guarded(pair.access_token)).status : 200;
    expect(before).toBe(200);
    await logout(host, pair);
    const { status, headers } = await guarded(pair.access_token);
    expect([status, headers['x-auth-error'], headers['cache-control']]).toEqual([
      401,
      'session_revoked',
      'no-store',
    ]);
    expect(headers['www-authenticate']).toBe(
      'Bearer realm="nestjs-baton", error="invalid_token", error_description="Session has been revoked"',
    );
  });

  it('an outage is unavailable, without a challenge', async () => {
    const { access_token } = await login(host);
    await withoutDatabase(host, async () => {
      const { status, headers } = await guarded(access_token);
      expect([status, headers['x-auth-error'], headers['www-authenticate']]).toEqual([
        503,
        'unavailable',
        undefined,
      ]);
    });
  });
});
