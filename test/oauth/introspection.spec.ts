import { generateKeyPairSync } from 'node:crypto';
import { decodeJwt } from 'jose';
import { handMadeJwt, hmacWith, readJwt } from '../host/hand-made-jwt.js';
import { KeyHolder } from '../host/key-holder.js';
import {
  ACCESS_SECRET,
  type Host,
  PASSWORD,
  REFRESH_SECRET,
  startHost,
} from '../host/start-host.js';
import { SERVICE, loginAt, postForm, startOAuthHost } from './oauth-host.js';

const KNOWN = `Basic ${Buffer.from(
  [SERVICE.id, SERVICE.secret].map(encodeURIComponent).join(':'),
).toString('base64')}`;

let host: Host;
beforeEach(async () => {
  host = await startOAuthHost('express');
});
afterEach(() => host.close());

const ask = async (at: Host, token: string) =>
  (await postForm(at, 'introspect', { token }).set('Authorization', KNOWN)).body;

/** The same token with other claims, by somebody who has the secret. */
function signedAgain(token: string, secret: string, changes: object): string {
  const { header, claims } = readJwt(token);
  return handMadeJwt(header, { ...claims, ...changes }, hmacWith(secret));
}

describe('who asks about a token is told', () => {
  it('of an access token everything that is in it, and how it is sent', async () => {
    const { access_token } = await loginAt(host);
    const claims = decodeJwt(access_token);
    expect(await ask(host, access_token)).toEqual({
      ...claims,
      active: true,
      token_type: 'Bearer',
    });
  });

  it('of a refresh token what concerns others, and not its place in the session', async () => {
    const { refresh_token } = await loginAt(host);
    const { gen: _gen, session_exp: _end, ...claims } = decodeJwt(refresh_token);
    expect(await ask(host, refresh_token)).toEqual({ ...claims, active: true });
  });

  it('when a token ends here, whatever it says itself', async () => {
    const { access_token, refresh_token } = await loginAt(host);
    const exp = host.clock.nowMs() / 1000 + 31_536_000;
    const access = await ask(host, signedAgain(access_token, ACCESS_SECRET, { exp }));
    expect(access).toMatchObject({ active: true, exp: decodeJwt(access_token).exp });
    const changed = signedAgain(refresh_token, REFRESH_SECRET, { exp });
    expect(await ask(host, changed)).toEqual({ active: false });
  });

  it('that a token is not active from its end on', async () => {
    const { access_token, refresh_token } = await loginAt(host);
    host.clock.turn(899);
    expect(await ask(host, access_token)).toMatchObject({ active: true });
    host.clock.turn(1);
    expect(await ask(host, access_token)).toEqual({ active: false });
    expect(await ask(host, refresh_token)).toMatchObject({ active: true });
    host.clock.turn(604_800 - 900);
    expect(await ask(host, refresh_token)).toEqual({ active: false });
  });

  it('that no token of a session that was left is active, also where a standby has not heard of it', async () => {
    const { access_token, refresh_token } = await loginAt(host);
    await host.http().post('/auth/logout').send({ refresh_token });
    expect(await ask(host, access_token)).toEqual({ active: false });
    expect(await ask(host, refresh_token)).toEqual({ active: false });
    await host.dataSource.query('UPDATE refresh_tokens SET revoked_at = NULL');
    expect(await ask(host, refresh_token)).toEqual({ active: false });
  });

  it('that no refresh token is active from the absolute end in the row on', async () => {
    const { refresh_token } = await loginAt(host);
    const nowMs = host.clock.nowMs();
    await host.dataSource.query(`UPDATE refresh_tokens SET absolute_expires_at = ${nowMs}`);
    expect(await ask(host, refresh_token)).toEqual({ active: false });
  });

  it('that a token of a bound session is sent with a proof of its key', async () => {
    const own = await startOAuthHost('express', { dpop: 'allowed' });
    const owner = new KeyHolder(own.clock);
    const proof = await owner.proof('POST', `${own.url}/auth/login`);
    const login = own.http().post('/auth/login').set('DPoP', proof);
    const { body } = await login.send({ username: 'ann', password: PASSWORD });
    expect(await ask(own, body.access_token)).toMatchObject({
      active: true,
      token_type: 'DPoP',
      cnf: { jkt: await owner.jkt() },
    });
    await own.close();
  });

  it('nothing without the token, by a client that nobody knows, or where nobody may ask', async () => {
    const missing = await postForm(host, 'introspect', {}).set('Authorization', KNOWN);
    expect(missing).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    const own = await startOAuthHost('express', { oauthClients: undefined });
    const { access_token: token } = await loginAt(own);
    const refused = await postForm(own, 'introspect', { token }).set('Authorization', KNOWN);
    expect(refused).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    await own.close();
  });
});

it('is not told that a token is inactive while nobody can tell', async () => {
  const own = await startOAuthHost('express', { revocation: 'strict' });
  const { access_token: token } = await loginAt(own);
  await own.dataSource.query('ALTER TABLE refresh_tokens RENAME TO elsewhere');
  const unknown = await postForm(own, 'introspect', { token }).set('Authorization', KNOWN);
  expect(unknown).toMatchObject({ status: 503, body: { error: 'unavailable' } });
  await own.close();
});

it('asking about an access token is a use of it: the parent is then a reuse', async () => {
  const first = await loginAt(host);
  const refresh = (refresh_token: string) =>
    postForm(host, 'token', { grant_type: 'refresh_token', refresh_token });
  const { body: second } = await refresh(first.refresh_token);
  expect(await ask(host, second.access_token)).toMatchObject({ active: true });
  host.clock.turn(60);
  const reused = await refresh(first.refresh_token);
  expect(reused.headers['x-auth-error']).toBe('token_reused');
});

describe('a revocation', () => {
  it('takes a token', async () => {
    const refused = await postForm(host, 'revoke', {});
    expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  it('by a client with a wrong secret ends nothing', async () => {
    const { access_token, refresh_token: token } = await loginAt(host);
    const wrong = `Basic ${Buffer.from(`${SERVICE.id}:wrong`).toString('base64')}`;
    const refused = await postForm(host, 'revoke', { token }).set('Authorization', wrong);
    expect(refused).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect(await ask(host, access_token)).toMatchObject({ active: true });
  });

  it('of an expired refresh token ends its session, of an expired access token nothing', async () => {
    const [byAccess, byRefresh] = [await loginAt(host), await loginAt(host)];
    host.clock.turn(900);
    expect((await postForm(host, 'revoke', { token: byAccess.access_token })).status).toBe(200);
    expect(await ask(host, byAccess.refresh_token)).toMatchObject({ active: true });
    const expired = signedAgain(byRefresh.refresh_token, REFRESH_SECRET, {
      exp: host.clock.nowMs() / 1000,
    });
    expect((await postForm(host, 'revoke', { token: expired })).status).toBe(200);
    expect(await ask(host, byRefresh.refresh_token)).toEqual({ active: false });
  });
});

it('a grant by a client with a wrong secret consumes nothing', async () => {
  const { refresh_token } = await loginAt(host);
  const grant = { grant_type: 'refresh_token', refresh_token };
  const wrong = `Basic ${Buffer.from(`${SERVICE.id}:wrong`).toString('base64')}`;
  const refused = await postForm(host, 'token', grant).set('Authorization', wrong);
  expect(refused).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  expect(await ask(host, refresh_token)).toMatchObject({ active: true });
  expect((await postForm(host, 'token', grant).set('Authorization', KNOWN)).status).toBe(200);
});

describe('the metadata', () => {
  const PLACE = '/.well-known/oauth-authorization-server';

  it('says that nobody may ask where no client has a secret', async () => {
    const own = await startOAuthHost('express', { oauthClients: [] });
    const { body } = await own.http().get(PLACE);
    expect(body).toMatchObject({
      token_endpoint_auth_methods_supported: ['none'],
      revocation_endpoint_auth_methods_supported: ['none'],
      introspection_endpoint_auth_methods_supported: [],
    });
    await own.close();
  });

  it('says where the keys are that tokens are verified with, and what signs proofs', async () => {
    const own = await startOAuthHost('express', {
      dpop: 'required',
      accessSecret: undefined,
      accessPrivateKey: generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
        .privateKey.export({ type: 'pkcs8', format: 'pem' })
        .toString(),
    });
    const { body } = await own.http().get(PLACE);
    expect(body).toMatchObject({
      jwks_uri: `${own.url}/.well-known/jwks.json`,
      dpop_signing_alg_values_supported: ['ES256', 'EdDSA', 'Ed25519', 'RS256'],
    });
    await own.close();
  });

  it('names the endpoints by publicUrl, where a proxy changes the path', async () => {
    const own = await startOAuthHost('express', { publicUrl: 'https://example.com/backend' });
    const { body } = await own.http().get(`${PLACE}?again`);
    expect(body.token_endpoint).toBe('https://example.com/backend/auth/oauth/token');
    await own.close();
  });

  it('names them by the path that they have: with the global prefix, and without one of ours', async () => {
    const own = await startHost({
      auth: { issuer: 'https://example.com', strategy: 'prefixed', refreshStrategy: 'prefixed-r' },
      extras: { oauth: true, routePrefix: '' },
      configure: (app) => void app.setGlobalPrefix('api'),
    });
    const { body } = await own.http().get(`/api${PLACE}?again=/${PLACE}`);
    expect(body.token_endpoint).toBe('https://example.com/api/oauth/token');
    await own.close();
  });
});
