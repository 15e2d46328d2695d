import { generateKeyPairSync } from 'node:crypto';
import { decodeJwt } from 'jose';
import { AuthService } from 'nestjs-baton';
import * as oauth from 'oauth4webapi';
import { type Host, startHost } from '../host/start-host.js';
import { SERVICE, loginAt, postForm, startOAuthHost } from './oauth-host.js';

const APP = { id: 'a-public-app' };
const KNOWN = `Basic ${Buffer.from(
  [SERVICE.id, SERVICE.secret].map(encodeURIComponent).join(':'),
).toString('base64')}`;

let host: Host;
beforeEach(async () => {
  host = await startOAuthHost('express', { oauthClients: [SERVICE, APP] });
});
afterEach(() => host.close());

const nowSeconds = (at = host): number => Math.floor(at.clock.nowMs() / 1000);
const refreshAt = (at: Host, refresh_token: string, more: Record<string, string> = {}) =>
  postForm(at, 'token', { grant_type: 'refresh_token', refresh_token, ...more });

const clientOf = ({ body }: { body: { access_token: string } }) =>
  decodeJwt(body.access_token)['client_id'];

/** @see RFC 9068 section 2.2.1 */
it('an access token says when the user logged in, through every refresh on either route', async () => {
  const loggedInAt = nowSeconds();
  const first = await loginAt(host);
  host.clock.turn(3600);
  const { body: second } = await refreshAt(host, first.refresh_token);
  host.clock.turn(86_400);
  const { refresh_token } = second;
  const { body: third } = await host.http().post('/auth/token/refresh').send({ refresh_token });
  const { body: repeated } = await host.http().post('/auth/token/refresh').send({ refresh_token });
  for (const { access_token } of [first, second, third, repeated]) {
    expect(decodeJwt(access_token)['auth_time']).toBe(loggedInAt);
  }
  expect(repeated.refresh_token).toBe(third.refresh_token);
});

/** @see RFC 9068 section 2.2 */
describe('an access token names as its client', () => {
  it('whoever has asked for it at oauth/token: by a secret, or a public one by its name', async () => {
    const pair = await loginAt(host);
    const byService = await refreshAt(host, pair.refresh_token).set('Authorization', KNOWN);
    expect(clientOf(byService)).toBe(SERVICE.id);
    const byApp = await refreshAt(host, byService.body.refresh_token, { client_id: APP.id });
    expect(clientOf(byApp)).toBe(APP.id);
  });

  it('the issuer, where the application asks itself, or somebody by a name that nobody has', async () => {
    const pair = await loginAt(host);
    expect(decodeJwt(pair.access_token)['client_id']).toBe(host.url);
    const byNobody = await refreshAt(host, pair.refresh_token, { client_id: 'admin' });
    expect(clientOf(byNobody)).toBe(host.url);
    const { refresh_token } = byNobody.body;
    const byRoute = await host.http().post('/auth/token/refresh').send({ refresh_token });
    expect(clientOf(byRoute)).toBe(host.url);
  });

  it('whom an application names that has routes of its own', async () => {
    const { refresh_token } = await loginAt(host);
    const auth = host.app.get(AuthService);
    const body = await auth.refresh(refresh_token, { clientId: 'known-elsewhere' });
    expect(clientOf({ body })).toBe('known-elsewhere');
  });

  it('nobody, where there are no clients', async () => {
    const own = await startHost({ auth: { strategy: 'plain', refreshStrategy: 'plain-r' } });
    const { access_token } = await loginAt(own);
    expect(decodeJwt(access_token)).not.toHaveProperty('client_id');
    expect(decodeJwt(access_token)).not.toHaveProperty('auth_time');
    await own.close();
  });
});

it('who asks about a token is told both', async () => {
  const { refresh_token } = await loginAt(host);
  const { body } = await refreshAt(host, refresh_token, { client_id: APP.id });
  const asked = postForm(host, 'introspect', { token: body.access_token });
  expect((await asked.set('Authorization', KNOWN)).body).toMatchObject({
    active: true,
    client_id: APP.id,
    auth_time: nowSeconds(),
  });
});

/** It takes no token without `client_id`, nor one whose `auth_time` is no number. */
it('oauth4webapi takes an access token for what RFC 9068 describes', async () => {
  const own = await startOAuthHost('express', {
    accessSecret: undefined,
    accessPrivateKey: generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString(),
  });
  const issuer = new URL(own.url);
  const insecure = { [oauth.allowInsecureRequests]: true };
  const found = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure });
  const server = await oauth.processDiscoveryResponse(issuer, found);
  const { access_token } = await loginAt(own);
  const request = new Request('https://orders.example.com/', {
    headers: { Authorization: `Bearer ${access_token}` },
  });
  const claims = await oauth.validateJwtAccessToken(server, request, 'nestjs-baton', {
    [oauth.clockSkew]: nowSeconds(own) - Math.floor(Date.now() / 1000),
    ...insecure,
  });
  expect(claims).toMatchObject({ client_id: own.url, auth_time: nowSeconds(own) });
  await own.close();
});
