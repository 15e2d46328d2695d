import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT, decodeJwt } from 'jose';
import request from 'supertest';
import { readEnvironment } from '../../src/standalone/environment/environment.js';
import { startInProcess, stopAll } from '../standalone/server-in-process.js';

const ISSUER = 'https://api.example.com';
const SECRET = 'a secret of a client: 32 bytes or more';
const ON = { AUTH_OAUTH: 'on', AUTH_ISSUER: ISSUER };

afterEach(stopAll);

describe('the standalone server', () => {
  it('has the standard endpoints with AUTH_OAUTH=on, and takes forms there alone', async () => {
    const { url } = await startInProcess({ ...ON, AUTH_OAUTH_CLIENTS: `orders:${SECRET}` });
    const http = request(url);
    const ann = { username: 'ann', password: 'correct horse battery staple' };
    await http.post('/users').send(ann);
    const { body: pair } = await http.post('/auth/login').send(ann);
    const form = { grant_type: 'refresh_token', refresh_token: String(pair.refresh_token) };

    const next = await http.post('/auth/oauth/token').type('form').send(form);
    expect(next).toMatchObject({ status: 200, body: { session_id: pair.session_id } });
    const token = String(next.body.access_token);
    const asked = http.post('/auth/oauth/introspect').type('form').auth('orders', SECRET);
    expect((await asked.send({ token })).body).toMatchObject({ active: true, iss: ISSUER });
    expect((await http.post('/auth/token/refresh').type('form').send(form)).status).toBe(400);
    const twice = 'grant_type=refresh_token&refresh_token=x&refresh_token=y';
    const refused = await http.post('/auth/oauth/token').type('form').send(twice);
    expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    const spent = { grant_type: 'refresh_token', refresh_token: 'x' };
    const noGrant = await http.post('/auth/oauth/token').type('form').send(spent);
    expect(noGrant).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(noGrant.headers['x-auth-error']).toBe('invalid_token');
    const stranger = http.post('/auth/oauth/introspect').type('form').auth('orders', 'wrong');
    expect(await stranger.send({ token })).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    });
    const found = await http.get('/.well-known/oauth-authorization-server');
    expect(found.body.token_endpoint).toBe(`${ISSUER}/auth/oauth/token`);
  });

  it.each([
    ['a form in parts', 'multipart/form-data; boundary=x', '--x--'],
    ['text', 'text/plain', 'grant_type=refresh_token'],
    ['XML', 'application/xml', '<grant_type/>'],
    ['JSON', 'application/json', '{"grant_type":"refresh_token"}'],
  ])('says to whoever sends %s what a standard endpoint takes', async (_what, type, body) => {
    const { url } = await startInProcess(ON);
    const refused = await request(url).post('/auth/oauth/token').type(type).send(body);
    expect(refused).toMatchObject({
      status: 400,
      body: {
        error: 'invalid_request',
        error_description: 'The body takes application/x-www-form-urlencoded',
      },
    });
  });

  it('names in access tokens the public clients that it was told of', async () => {
    const { url } = await startInProcess({ ...ON, AUTH_OAUTH_PUBLIC_CLIENTS: 'web, mobile' });
    const ann = { username: 'ann', password: 'correct horse battery staple' };
    await request(url).post('/users').send(ann);
    const { body: pair } = await request(url).post('/auth/login').send(ann);
    const { body } = await request(url).post('/auth/oauth/token').type('form').send({
      grant_type: 'refresh_token',
      refresh_token: pair.refresh_token,
      client_id: 'mobile',
    });
    expect(decodeJwt(body.access_token)['client_id']).toBe('mobile');
    const metadata = await request(url).get('/.well-known/oauth-authorization-server');
    expect(metadata.body.token_endpoint_auth_methods_supported).toEqual(['none']);
  });

  it('knows clients by the keys in files that it was told of', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'baton-client-keys-'));
    const file = join(folder, 'orders.pem');
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    writeFileSync(file, publicKey.export({ type: 'spki', format: 'pem' }));
    const { url } = await startInProcess({ ...ON, AUTH_OAUTH_CLIENT_KEYS: `orders:${file}` });
    const client_assertion = await new SignJWT({ jti: 'once' })
      .setProtectedHeader({ alg: 'EdDSA' })
      .setIssuer('orders')
      .setSubject('orders')
      .setAudience(ISSUER)
      .setExpirationTime('1m')
      .sign(privateKey);
    const asked = await request(url).post('/auth/oauth/introspect').type('form').send({
      token: 'x',
      client_assertion,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    });
    expect(asked).toMatchObject({ status: 200, body: { active: false } });
    rmSync(folder, { recursive: true });
  });

  it('has none of them unless told so', async () => {
    const { url } = await startInProcess();
    for (const path of ['/auth/oauth/token', '/auth/oauth/revoke', '/auth/oauth/introspect']) {
      expect((await request(url).post(path).type('form').send({ token: 'x' })).status).toBe(404);
    }
    expect((await request(url).get('/.well-known/oauth-authorization-server')).status).toBe(404);
  });

  it.each([
    ['an issuer that is no URL', { AUTH_OAUTH: 'on' }, /^AUTH_ISSUER takes a URL such as/],
    ['a short secret', { ...ON, AUTH_OAUTH_CLIENTS: 'orders:short' }, /^AUTH_OAUTH_CLIENTS takes/],
    ['no secret', { ...ON, AUTH_OAUTH_CLIENTS: 'orders' }, /^AUTH_OAUTH_CLIENTS takes/],
    [
      'one client twice',
      { ...ON, AUTH_OAUTH_CLIENTS: `orders:${SECRET},orders:${SECRET}` },
      /^AUTH_OAUTH_CLIENTS takes/,
    ],
    [
      'a public client twice',
      { ...ON, AUTH_OAUTH_PUBLIC_CLIENTS: 'web,web' },
      /^AUTH_OAUTH_PUBLIC_CLIENTS takes/,
    ],
    [
      'a public client that has a secret',
      { ...ON, AUTH_OAUTH_CLIENTS: `orders:${SECRET}`, AUTH_OAUTH_PUBLIC_CLIENTS: 'web,orders' },
      /^AUTH_OAUTH_PUBLIC_CLIENTS takes other ids/,
    ],
    [
      'a key that is not there',
      { ...ON, AUTH_OAUTH_CLIENT_KEYS: 'orders:nowhere.pem' },
      /^AUTH_OAUTH_CLIENT_KEYS takes id:file/,
    ],
    [
      'no key in a file',
      { ...ON, AUTH_OAUTH_CLIENT_KEYS: 'orders:package.json' },
      /^AUTH_OAUTH_CLIENT_KEYS takes id:file/,
    ],
  ])('does not start with %s, and says so in one line without it', (_what, variables, line) => {
    expect(() => readEnvironment(variables)).toThrow(line);
    expect(() => readEnvironment(variables)).not.toThrow(/\n|short|secret of a client/);
  });
});
