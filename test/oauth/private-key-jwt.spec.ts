import { type KeyObject, createSecretKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import { type JWTPayload, SignJWT } from 'jose';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { type Host, PLATFORMS } from '../host/start-host.js';
import { SERVICE, loginAt, postForm, startOAuthHost } from './oauth-host.js';

const KINDS = ['ES256', 'Ed25519', 'RS256', 'PS256'] as const;
const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const STRANGER = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const spki = ({ publicKey }: typeof EC): string =>
  publicKey.export({ type: 'spki', format: 'pem' }).toString();

/** A client that signs with a key of its own. */
const KEYED = { id: 'a-keyed-service', publicKey: [spki(EC)] };
const CLIENTS = [SERVICE, KEYED];

const insecure = { [oauth.allowInsecureRequests]: true };

/** WebCrypto's keys, as the libraries take them, and the client that has the public half. */
async function clientWith(alg: (typeof KINDS)[number]) {
  const { privateKey, publicKey } = await oauth.generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await crypto.subtle.exportKey('jwk', publicKey)), key_ops: undefined };
  return { privateKey, client: { id: `by-${alg}`, publicKey: JSON.stringify({ ...jwk, alg }) } };
}

describe.each(PLATFORMS)('a client that has a key in place of a secret, with %s', (platform) => {
  let host: Host;
  beforeAll(async () => {
    host = await startOAuthHost(platform, { oauthClients: CLIENTS });
  });
  afterAll(() => host.close());

  const nowSeconds = (): number => Math.floor(host.clock.nowMs() / 1000);
  const assertion = (
    claims: JWTPayload = {},
    { key = EC.privateKey, alg = 'ES256' }: { key?: KeyObject; alg?: string } = {},
  ): Promise<string> =>
    new SignJWT({
      iss: KEYED.id,
      sub: KEYED.id,
      aud: host.url,
      jti: randomUUID(),
      exp: nowSeconds() + 60,
      ...claims,
    })
      .setProtectedHeader({ alg })
      .sign(key);
  const introspect = (client_assertion: string, more: Record<string, string> = {}) =>
    postForm(host, 'introspect', {
      token: 'x',
      client_assertion_type: JWT_BEARER,
      client_assertion,
      ...more,
    });

  it.each(KINDS)('is known by what oauth4webapi signs with %s', async (alg) => {
    const { privateKey, client } = await clientWith(alg);
    const own = await startOAuthHost(platform, { oauthClients: [client] });
    const issuer = new URL(own.url);
    const found = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure });
    const server = await oauth.processDiscoveryResponse(issuer, found);
    expect(server.introspection_endpoint_auth_methods_supported).toEqual(['private_key_jwt']);
    const known = {
      client_id: client.id,
      [oauth.clockSkew]: Math.floor((own.clock.nowMs() - Date.now()) / 1000),
    };
    const auth = oauth.PrivateKeyJwt(privateKey);
    const { access_token, refresh_token } = await loginAt(own);
    const asked = await oauth.introspectionRequest(server, known, auth, access_token, insecure);
    const said = await oauth.processIntrospectionResponse(server, known, asked);
    expect(said).toMatchObject({ active: true, token_type: 'Bearer' });
    const grant = await oauth.refreshTokenGrantRequest(
      server,
      known,
      auth,
      refresh_token,
      insecure,
    );
    expect(await oauth.processRefreshTokenResponse(server, known, grant)).toMatchObject({
      token_type: 'bearer',
    });
    await own.close();
  });

  it('is known by what openid-client signs', async () => {
    const { privateKey, client } = await clientWith('ES256');
    const own = await startOAuthHost(platform, { oauthClients: [client] });
    const config = await openid.discovery(
      new URL(own.url),
      client.id,
      { [openid.clockSkew]: Math.floor((own.clock.nowMs() - Date.now()) / 1000) },
      openid.PrivateKeyJwt(privateKey),
      { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] },
    );
    const { access_token } = await loginAt(own);
    expect(await openid.tokenIntrospection(config, access_token)).toMatchObject({ active: true });
    await own.close();
  });

  it('proves it once with each assertion', async () => {
    const once = await assertion();
    expect(await introspect(once)).toMatchObject({ status: 200, body: { active: false } });
    expect(await introspect(once)).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    });
  });

  it.each<[string, () => JWTPayload]>([
    ['of another issuer', () => ({ iss: SERVICE.id })],
    ['about another client', () => ({ sub: SERVICE.id })],
    ['about nobody', () => ({ sub: undefined })],
    ['for another server', () => ({ aud: 'https://elsewhere.example' })],
    ['for another server as well', () => ({ aud: [host.url, 'https://elsewhere.example'] })],
    ['that has expired', () => ({ exp: nowSeconds() })],
    ['without an end', () => ({ exp: undefined })],
    ['that lives for long', () => ({ exp: nowSeconds() + 361 })],
    ['that is not yet good', () => ({ nbf: nowSeconds() + 61 })],
    ['without a jti', () => ({ jti: undefined })],
  ])('is unknown by an assertion %s', async (_what, claims) => {
    const refused = await introspect(await assertion(claims()));
    expect(refused).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });

  it.each<[string, () => Promise<string>]>([
    ['signed by a stranger', () => assertion({}, { key: STRANGER.privateKey })],
    [
      'signed with its public key as a secret',
      () => assertion({}, { alg: 'HS256', key: createSecretKey(Buffer.from(spki(EC))) }),
    ],
    ['that is no JWT', async () => 'a.b.c'],
    ['that is signed by nobody', async () => `${(await assertion()).replace(/\.[^.]*$/, '')}.`],
  ])('is unknown by one %s', async (_what, made) => {
    expect((await introspect(await made())).body.error).toBe('invalid_client');
  });

  it('proves itself in one way, under its own name', async () => {
    const basic = Buffer.from(`${SERVICE.id}:x`).toString('base64');
    const twice = introspect(await assertion()).set('Authorization', `Basic ${basic}`);
    expect((await twice).body.error).toBe('invalid_request');
    const also = await introspect(await assertion(), { client_secret: 'x' });
    expect(also.body.error).toBe('invalid_request');
    for (const [name, value] of [
      ['client_id', SERVICE.id],
      ['client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer'],
    ] as const) {
      const refused = await introspect(await assertion(), { [name]: value });
      expect(refused.body.error).toBe('invalid_client');
    }
  });

  it('is not known by its name alone', async () => {
    const grant = { grant_type: 'refresh_token', refresh_token: 'x', client_id: KEYED.id };
    expect((await postForm(host, 'token', grant)).body.error).toBe('invalid_client');
  });
});
