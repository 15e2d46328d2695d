import { type Host, PASSWORD, PLATFORMS, startHost } from '../host/start-host.js';

const COOKIE = { 'x-auth-transport': 'cookie' };
const APP = 'https://app.example.com';

/** The cookie as a browser would send it back. */
function cookieOf(answer: { headers: Record<string, unknown> }): string {
  return String(answer.headers['set-cookie']).split(';', 1)[0] ?? '';
}

describe.each(PLATFORMS)('the cookie transport on %s', (platform) => {
  let host: Host;

  beforeAll(async () => {
    const auth = { cookies: { origins: [APP], allowPlainHttp: true } };
    host = await startHost({ platform, auth, configure: (app) => void app.setGlobalPrefix('api') });
  });
  afterAll(() => host.close());

  const send = (path: string, headers: Record<string, string> = COOKIE) =>
    host.http().post(`/api/auth/${path}`).set(headers);
  const login = (headers: Record<string, string> = COOKIE) =>
    send('login', headers).send({ username: 'ann', password: PASSWORD });

  it('sets the refresh token as a cookie and leaves it out of the body', async () => {
    const answer = await login();
    expect(answer.status).toBe(200);
    expect(answer.body).not.toHaveProperty('refresh_token');
    expect(answer.body).toHaveProperty('access_token');
    const [cookie] = answer.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(
      /^baton_refresh=eyJ[\w.-]+; Max-Age=604800; Path=\/api\/auth; HttpOnly; SameSite=Strict$/,
    );
  });

  it('without the request header everything is in the body and no cookie is set', async () => {
    const answer = await login({});
    expect(answer.body).toHaveProperty('refresh_token');
    expect(answer.headers).not.toHaveProperty('set-cookie');
  });

  it('refreshes and logs out by the cookie, and logout clears it', async () => {
    const first = await login();
    const next = await send('token/refresh').set('cookie', cookieOf(first));
    expect(next.status).toBe(200);
    expect(cookieOf(next)).not.toBe(cookieOf(first));
    const out = await send('logout').set('cookie', cookieOf(next));
    expect(out.status).toBe(204);
    expect(String(out.headers['set-cookie'])).toMatch(
      /^baton_refresh=; Max-Age=0; Path=\/api\/auth;/,
    );
  });

  it.each([
    ['the header is missing', () => ({})],
    ['the origin is foreign', () => ({ ...COOKIE, origin: 'https://evil.example.com' })],
    ['the origin is null', () => ({ ...COOKIE, origin: 'null' })],
    [
      'the origin is the server’s but for the scheme',
      () => ({ ...COOKIE, origin: host.url.replace('http:', 'https:') }),
    ],
  ])('takes no cookie, as if none had been sent, when %s', async (_what, headersOf) => {
    const headers = headersOf();
    const cookie = cookieOf(await login());
    const refresh = await send('token/refresh', headers).set('cookie', cookie);
    expect(refresh.body).toMatchObject({ error_description: 'Refresh token is missing' });
    const logout = await send('logout', headers).set('cookie', cookie);
    expect(logout.body.error).toBe('missing_token');
    expect(logout.headers).not.toHaveProperty('set-cookie');
    expect((await send('token/refresh').set('cookie', cookie)).status).toBe(200);
  });

  it.each([
    ['listed', () => APP],
    ['the server’s own', () => host.url],
  ])('the cookie is taken when the origin is %s', async (_what, origin) => {
    const cookie = cookieOf(await login());
    const headers = { ...COOKIE, origin: origin() };
    expect((await send('token/refresh', headers).set('cookie', cookie)).status).toBe(200);
  });

  describe('of another session than the one in X-Auth-Session', () => {
    const ANOTHER = '0192f0c1-7c5e-7b6a-9f21-3d1f5a2b4c6d';

    it.each([ANOTHER, 'no id at all', ''])(
      'is session_mismatch at a refresh and a logout, and nothing is consumed: %j',
      async (expected) => {
        const first = await login();
        const headers = { ...COOKIE, 'x-auth-session': expected, cookie: cookieOf(first) };
        for (const path of ['token/refresh', 'logout']) {
          const answer = await send(path, headers);
          expect([answer.status, answer.body]).toEqual([
            409,
            {
              error: 'session_mismatch',
              error_description: 'The cookie belongs to another session',
            },
          ]);
          expect(answer.headers['x-auth-error']).toBe('session_mismatch');
          expect(answer.headers).not.toHaveProperty('set-cookie');
        }
        const next = await send('token/refresh').set('cookie', cookieOf(first));
        expect(next.body.session_id).toBe(first.body.session_id);
        const me = host.http().get('/api/auth/me').auth(next.body.access_token, { type: 'bearer' });
        expect((await me).status).toBe(200);
      },
    );

    it('nobody asks of a token in the body, or of a logout by Bearer', async () => {
      const { body } = await login({});
      const headers = { 'x-auth-session': ANOTHER };
      const next = await send('token/refresh', headers).send({ refresh_token: body.refresh_token });
      expect(next.status).toBe(200);
      const bearer = send('logout', headers).auth(next.body.access_token, { type: 'bearer' });
      expect((await bearer).status).toBe(204);
    });
  });

  it('a cookie of the session in X-Auth-Session, in any case, is good for a refresh and a logout', async () => {
    const first = await login();
    const headers = { ...COOKIE, 'x-auth-session': String(first.body.session_id).toUpperCase() };
    const next = await send('token/refresh', headers).set('cookie', cookieOf(first));
    expect(next.status).toBe(200);
    expect((await send('logout', headers).set('cookie', cookieOf(next))).status).toBe(204);
  });

  it('an expired cookie is token_expired whatever the X-Auth-Session', async () => {
    const first = await login();
    host.clock.turn(8 * 86_400);
    const headers = { ...COOKIE, 'x-auth-session': 'another' };
    const answer = await send('token/refresh', headers).set('cookie', cookieOf(first));
    expect(answer.body.error).toBe('token_expired');
    expect((await send('logout', headers).set('cookie', cookieOf(first))).status).toBe(409);
  });

  it('a refresh answered with session_revoked, token_reused or token_expired clears it', async () => {
    const first = await login();
    const second = await send('token/refresh').set('cookie', cookieOf(first));
    await send('token/refresh').set('cookie', cookieOf(second));
    for (const error of ['token_reused', 'session_revoked', 'token_expired']) {
      if (error === 'token_expired') host.clock.turn(8 * 86_400);
      const answer = await send('token/refresh').set('cookie', cookieOf(first));
      expect(answer.body.error).toBe(error);
      expect(String(answer.headers['set-cookie'])).toContain('Max-Age=0');
    }
  });

  it('no other answer does', async () => {
    const answer = await send('token/refresh').set('cookie', 'baton_refresh=garbage');
    expect(answer.body.error).toBe('invalid_token');
    expect(answer.headers).not.toHaveProperty('set-cookie');
    expect((await send('logout')).headers).not.toHaveProperty('set-cookie');
  });
});

describe('the cookie transport', () => {
  it('is off unless it is switched on', async () => {
    const host = await startHost();
    const credentials = { username: 'ann', password: PASSWORD };
    const answer = await host.http().post('/auth/login').set(COOKIE).send(credentials);
    expect(answer.body).toHaveProperty('refresh_token');
    expect(answer.headers).not.toHaveProperty('set-cookie');
    await host.close();
  });

  it('takes one line, and is then __Secure- and Secure', async () => {
    const host = await startHost({ auth: { cookies: true }, extras: { routePrefix: '' } });
    const credentials = { username: 'ann', password: PASSWORD };
    const answer = await host.http().post('/login').set(COOKIE).send(credentials);
    const [cookie] = answer.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(
      /^__Secure-baton_refresh=eyJ.*; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
    await host.close();
  });
});
