import { KeyHolder } from '../host/key-holder.js';
import { type Host, PLATFORMS } from '../host/start-host.js';
import { SERVICE, loginAt, postForm, startOAuthHost } from './oauth-host.js';

const basic = (id: string, secret: string): string =>
  `Basic ${Buffer.from([id, secret].map(encodeURIComponent).join(':')).toString('base64')}`;
const KNOWN = basic(SERVICE.id, SERVICE.secret);

describe.each(PLATFORMS)('the standard endpoints with %s', (platform) => {
  let host: Host;
  beforeAll(async () => {
    host = await startOAuthHost(platform);
  });
  afterAll(() => host.close());

  const refresh = (refresh_token: string, more: Record<string, string> = {}) =>
    postForm(host, 'token', { grant_type: 'refresh_token', refresh_token, ...more });

  it.each([
    ['no grant_type', 'refresh_token=x', 'invalid_request'],
    ['no refresh_token', 'grant_type=refresh_token', 'invalid_request'],
    ['an empty one', 'grant_type=refresh_token&refresh_token=', 'invalid_request'],
    ['two of them', 'grant_type=refresh_token&refresh_token=x&refresh_token=y', 'invalid_request'],
    ['a password', 'grant_type=password&username=ann&password=x', 'unsupported_grant_type'],
    ['a scope', 'grant_type=refresh_token&refresh_token=x&scope=all', 'invalid_scope'],
    ['a token that is none', 'grant_type=refresh_token&refresh_token=x', 'invalid_grant'],
    ['a secret in the form', 'grant_type=refresh_token&client_secret=x', 'invalid_client'],
    ['the name of a client with a secret', `client_id=${SERVICE.id}`, 'invalid_client'],
  ])('a grant with %s is refused in the words of RFC 6749', async (_what, form, code) => {
    const refused = await postForm(host, 'token', form);
    expect(refused.status).toBe(code === 'invalid_client' ? 401 : 400);
    expect(refused.body).toEqual({ error: code, error_description: expect.any(String) });
    expect(refused.headers['cache-control']).toBe('no-store');
  });

  it.each(['token', 'introspect', 'revoke'])(
    'a client that proves itself in two ways is refused by %s',
    async (endpoint) => {
      const { access_token } = await loginAt(host);
      const form = { token: access_token, client_secret: SERVICE.secret };
      const refused = await postForm(host, endpoint, form).set('Authorization', KNOWN);
      expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
      expect(refused.body.error_description).toBe('A client proves who it is in one way');
      const me = await host.http().get('/auth/me').auth(access_token, { type: 'bearer' });
      expect(me.status).toBe(200);
    },
  );

  it('JSON is no form', async () => {
    const body = { grant_type: 'refresh_token', refresh_token: 'x' };
    const refused = await host.http().post('/auth/oauth/token').send(body);
    expect(refused.body.error).toBe('invalid_request');
  });

  it('an expired token is invalid_grant, and X-Auth-Error says which', async () => {
    const own = await startOAuthHost(platform, { refreshTtl: '1m' });
    const { refresh_token } = await loginAt(own);
    own.clock.turn(61);
    const refused = await postForm(own, 'token', { grant_type: 'refresh_token', refresh_token });
    expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(refused.headers['x-auth-error']).toBe('token_expired');
    expect(refused.headers['www-authenticate']).toBeUndefined();
    await own.close();
  });

  it('both routes share one line of tokens: a repeat within the grace period gets the same', async () => {
    const { refresh_token } = await loginAt(host);
    const first = await refresh(refresh_token);
    const again = await host.http().post('/auth/token/refresh').send({ refresh_token });
    expect(first.status).toBe(200);
    expect(first.headers['cache-control']).toBe('no-store');
    expect(again.body.refresh_token).toBe(first.body.refresh_token);
  });

  it('a repeat with another Idempotency-Key is a reuse, and ends the session', async () => {
    const { refresh_token, access_token } = await loginAt(host);
    await refresh(refresh_token).set('Idempotency-Key', 'a'.repeat(16));
    const reused = await refresh(refresh_token).set('Idempotency-Key', 'b'.repeat(16));
    expect(reused.body.error).toBe('invalid_grant');
    expect(reused.headers['x-auth-error']).toBe('token_reused');
    const me = await host.http().get('/auth/me').auth(access_token, { type: 'bearer' });
    expect(me.body.error).toBe('session_revoked');
  });

  it('a flood of refused tokens is 429 with Retry-After', async () => {
    const own = await startOAuthHost(platform, { attempts: { perAddress: 1 } });
    const guess = () => postForm(own, 'token', { grant_type: 'refresh_token', refresh_token: 'x' });
    for (let i = 0; i < 30; i += 1) expect((await guess()).status).toBe(400);
    const flooded = await guess();
    expect(flooded.status).toBe(429);
    expect(Number(flooded.headers['retry-after'])).toBeGreaterThan(0);
    await own.close();
  });

  it('a request that says nothing of its token is no guess', async () => {
    const own = await startOAuthHost(platform, { attempts: { perAddress: 1 } });
    const { refresh_token } = await loginAt(own);
    const grant = { grant_type: 'refresh_token', refresh_token };
    for (let i = 0; i < 31; i += 1) {
      const refused = await postForm(own, 'token', grant).set('Idempotency-Key', 'short');
      expect(refused.body.error).toBe('invalid_request');
    }
    expect((await postForm(own, 'token', grant)).status).toBe(200);
    await own.close();
  });

  it('an expired refresh token ends its session as well', async () => {
    const own = await startOAuthHost(platform, { refreshTtl: '1m' });
    const { refresh_token: token, access_token } = await loginAt(own);
    own.clock.turn(61);
    expect((await postForm(own, 'revoke', { token })).status).toBe(200);
    const me = await own.http().get('/auth/me').auth(access_token, { type: 'bearer' });
    expect(me.body.error).toBe('session_revoked');
    await own.close();
  });

  it('a cookie is no refresh token here', async () => {
    const own = await startOAuthHost(platform, { cookies: { allowPlainHttp: true } });
    const { refresh_token } = await loginAt(own);
    const refused = await postForm(own, 'token', { grant_type: 'refresh_token' })
      .set('Cookie', `baton_refresh=${refresh_token}`)
      .set('X-Auth-Transport', 'cookie');
    expect(refused.body.error).toBe('invalid_request');
    await own.close();
  });

  it.each([
    ['none', undefined],
    ['a wrong secret', basic(SERVICE.id, 'x'.repeat(32))],
    ['an unknown client', basic('nobody', SERVICE.secret)],
    ['a Bearer', 'Bearer x'],
    ['no base64', 'Basic ::::'],
  ])('to ask about a token with %s is 401 with the challenge Basic', async (_what, given) => {
    const { access_token } = await loginAt(host);
    const asking = postForm(host, 'introspect', { token: access_token });
    const refused = await (given === undefined ? asking : asking.set('Authorization', given));
    expect(refused).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect(refused.headers['www-authenticate']).toMatch(/^Basic realm="/);
  });

  it('of a spent refresh token, and of one that is none, it says active: false alone', async () => {
    const { refresh_token } = await loginAt(host);
    await refresh(refresh_token);
    for (const token of [refresh_token, 'x', `${refresh_token}x`]) {
      const said = await postForm(host, 'introspect', { token }).set('Authorization', KNOWN);
      expect(said).toMatchObject({ status: 200, body: { active: false } });
      expect(Object.keys(said.body)).toEqual(['active']);
    }
  });

  it('what is no token is revoked with 200, and a session by either of its tokens', async () => {
    expect((await postForm(host, 'revoke', { token: 'x' })).status).toBe(200);
    for (const kind of ['access_token', 'refresh_token'] as const) {
      const pair = await loginAt(host);
      expect((await postForm(host, 'revoke', { token: pair[kind] })).status).toBe(200);
      expect((await postForm(host, 'revoke', { token: pair[kind] })).status).toBe(200);
      expect((await refresh(pair.refresh_token)).headers['x-auth-error']).toBe('session_revoked');
    }
  });

  it('a bound session is refreshed and ended by whoever proves its key, and by nobody else', async () => {
    const own = await startOAuthHost(platform, { dpop: 'allowed' });
    const owner = new KeyHolder(own.clock);
    const proofFor = (path: string) => owner.proof('POST', `${own.url}${path}`);
    const login = own
      .http()
      .post('/auth/login')
      .set('DPoP', await proofFor('/auth/login'));
    const { body } = await login.send({
      username: 'ann',
      password: 'correct horse battery staple',
    });
    const grant = { grant_type: 'refresh_token', refresh_token: String(body.refresh_token) };

    const refused = await postForm(own, 'token', grant);
    expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_dpop_proof' } });
    for (const token of [body.access_token, body.refresh_token]) {
      expect((await postForm(own, 'revoke', { token })).body.error).toBe('invalid_dpop_proof');
    }
    const proof = await proofFor('/auth/oauth/token');
    const next = await postForm(own, 'token', grant).set('DPoP', proof);
    expect(next).toMatchObject({ status: 200, body: { token_type: 'DPoP' } });
    const end = postForm(own, 'revoke', { token: next.body.access_token });
    expect((await end.set('DPoP', await proofFor('/auth/oauth/revoke'))).status).toBe(200);
    await own.close();
  });

  it('the metadata names the endpoints by the issuer, whatever Host the request has', async () => {
    const place = '/.well-known/oauth-authorization-server';
    const { body } = await host.http().get(place).set('Host', 'evil.example');
    expect(body).toEqual({
      issuer: host.url,
      token_endpoint: `${host.url}/auth/oauth/token`,
      revocation_endpoint: `${host.url}/auth/oauth/revoke`,
      introspection_endpoint: `${host.url}/auth/oauth/introspect`,
      response_types_supported: [],
      grant_types_supported: ['refresh_token'],
      token_endpoint_auth_methods_supported: ['none', 'client_secret_basic'],
      revocation_endpoint_auth_methods_supported: ['none', 'client_secret_basic'],
      introspection_endpoint_auth_methods_supported: ['client_secret_basic'],
    });
  });

  it('an issuer that is no URL stops the start', async () => {
    await expect(startOAuthHost(platform, { issuer: 'nestjs-baton' })).rejects.toThrow(
      'option issuer takes a URL such as https://api.example.com where oauth is true',
    );
  });
});
