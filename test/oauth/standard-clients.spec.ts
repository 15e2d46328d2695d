import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import type { TokenPairBody } from 'nestjs-baton';
import { type Host, PLATFORMS } from '../host/start-host.js';
import { SERVICE, loginAt, startOAuthHost } from './oauth-host.js';

/** Plain HTTP is for tests; nothing else of the two libraries is changed. */
const insecure = { [oauth.allowInsecureRequests]: true };

async function discover(host: Host): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(host.url);
  const found = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure });
  return oauth.processDiscoveryResponse(issuer, found);
}

async function refreshBy(server: oauth.AuthorizationServer, { refresh_token }: TokenPairBody) {
  const client = { client_id: 'an-app' };
  const answered = await oauth.refreshTokenGrantRequest(
    server,
    client,
    oauth.None(),
    refresh_token,
    insecure,
  );
  return oauth.processRefreshTokenResponse(server, client, answered);
}

describe.each(PLATFORMS)('with %s', (platform) => {
  let host: Host;
  beforeAll(async () => {
    host = await startOAuthHost(platform);
  });
  afterAll(() => host.close());

  describe('oauth4webapi', () => {
    it('finds the endpoints, and refreshes as a public client', async () => {
      const server = await discover(host);
      const pair = await loginAt(host);
      const next = await refreshBy(server, pair);
      expect(next).toMatchObject({ token_type: 'bearer', session_id: pair.session_id });
      expect(next.refresh_token).not.toBe(pair.refresh_token);
      expect(next['refresh_token_expires_in']).toBe(pair.refresh_token_expires_in);
    });

    it('is told of a reuse by invalid_grant', async () => {
      const server = await discover(host);
      const pair = await loginAt(host);
      const next = await refreshBy(server, pair);
      await host.http().get('/auth/me').auth(next.access_token, { type: 'bearer' });
      host.clock.turn(11);
      await expect(refreshBy(server, pair)).rejects.toMatchObject({
        error: 'invalid_grant',
        status: 400,
      });
    });

    it('asks about tokens, and ends their session', async () => {
      const server = await discover(host);
      const client = { client_id: SERVICE.id };
      const auth = oauth.ClientSecretBasic(SERVICE.secret);
      const introspect = async (token: string) => {
        const said = await oauth.introspectionRequest(server, client, auth, token, insecure);
        return oauth.processIntrospectionResponse(server, client, said);
      };
      const { access_token, refresh_token } = await loginAt(host);
      expect(await introspect(access_token)).toMatchObject({ active: true, token_type: 'Bearer' });
      expect(await introspect(refresh_token)).toMatchObject({ active: true });

      const ended = await oauth.revocationRequest(server, client, auth, refresh_token, insecure);
      await oauth.processRevocationResponse(ended);
      expect(await introspect(access_token)).toEqual({ active: false });
      expect(await introspect(refresh_token)).toEqual({ active: false });
    });
  });

  it('openid-client refreshes, asks and ends', async () => {
    const config = await openid.discovery(
      new URL(host.url),
      SERVICE.id,
      undefined,
      openid.ClientSecretBasic(SERVICE.secret),
      { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] },
    );
    const { refresh_token } = await loginAt(host);
    const next = await openid.refreshTokenGrant(config, refresh_token);
    expect(await openid.tokenIntrospection(config, next.access_token)).toMatchObject({
      active: true,
    });
    await openid.tokenRevocation(config, next.access_token);
    expect(await openid.tokenIntrospection(config, next.access_token)).toEqual({ active: false });
  });
});
