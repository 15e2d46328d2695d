import { type AuthModuleOptions, AuthService, type TokenPairBody } from 'nestjs-baton';
import request from 'supertest';
import { readEnvironment } from '../../src/standalone/environment/environment.js';
import {
  REVOKED,
  Stage,
  error,
  answer,
  eventually,
  isAlive,
  login,
  me,
  newcomer,
  onEveryHost,
  refreshing,
  revokedFor,
  shareable,
} from '../contract/vocabulary.js';
import { QuickUsers } from '../host/quick-users.js';
import { type Host, startHost } from '../host/start-host.js';
import { startInProcess, stopAll } from '../standalone/server-in-process.js';

const PLACE = '/auth/oauth/global-token-revocation';
const ISSUER = 'https://api.example.com';
const SIEM = { id: 'siem', secret: 'a secret of the incident tool, 32', revokesUsers: true };
const READER = { id: 'reader', secret: 'a secret of a client that asks only' };
const AUTH: Partial<AuthModuleOptions> = { issuer: ISSUER, oauthClients: [SIEM, READER] };
const OPTIONS = { auth: AUTH, extras: { oauth: true } };

const issSub = (sub: unknown) => ({ sub_id: { format: 'iss_sub', iss: ISSUER, sub } });
const opaque = (id: unknown) => ({ sub_id: { format: 'opaque', id } });

function post(host: Host, body: object, client: typeof READER = SIEM) {
  return host.http().post(PLACE).auth(client.id, client.secret).send(body);
}

async function idOf(host: Host, pair: TokenPairBody): Promise<string> {
  const { body } = await me(host, pair.access_token);
  return String(Object(body).id);
}

afterAll(stopAll);

/** @see issue 16 */
onEveryHost(OPTIONS, (stage: Stage) => {
  it.each([
    ['iss_sub', issSub],
    ['opaque', opaque],
  ])('every session of a user that %s names ends, access tokens included', async (_how, body) => {
    const { host } = stage;
    const user = await newcomer(host);
    const pairs = [await login(host, user), await login(host, user)];
    const bobs = await login(host, { username: 'bob' });
    const [first] = await Promise.all(pairs.map((pair) => idOf(host, pair)));
    const done = await post(host, body(first));
    expect(done).toMatchObject({ status: 204, body: {} });
    expect(done.headers['cache-control']).toBe('no-store');
    for (const { access_token, refresh_token } of pairs) {
      expect(await me(host, access_token)).toEqual(REVOKED);
      expect(await refreshing(host, refresh_token)).toEqual(revokedFor('global_revocation'));
    }
    expect(await isAlive(host, bobs)).toBe(true);
    expect(await isAlive(host, await login(host, user))).toBe(true);
  });

  it('a user without sessions is done with, too', async () => {
    const { host } = stage;
    const id = await idOf(host, await login(host, await newcomer(host)));
    expect((await post(host, opaque(id))).status).toBe(204);
    expect((await post(host, opaque(id))).status).toBe(204);
  });

  it.each([
    ['nobody', opaque('nobody')],
    ['an id that is like another', opaque('1 ')],
    ["somebody else's user", { sub_id: { format: 'iss_sub', iss: 'https://other', sub: '1' } }],
  ])('%s is 404, and harms nobody', async (_who, body) => {
    const { host } = stage;
    const ann = await login(host);
    const unknown = error(404, 'not_found', 'There is no such user');
    expect(await answer(post(host, body))).toEqual(unknown);
    expect(await isAlive(host, ann)).toBe(true);
  });

  it.each([
    ['no body', {}],
    ['another format', { sub_id: { format: 'email', email: 'ann@example.com' } }],
    ['no id', { sub_id: { format: 'opaque' } }],
    ['a number', opaque(1)],
    ['a list', opaque(['1'])],
    ['a NUL', opaque('1\0')],
    ['an id that is too long', opaque('1'.repeat(256))],
  ])('%s is invalid_request', async (_what, body) => {
    const refused = await post(stage.host, body);
    expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  it('a client that gives no secret, or a wrong one, is refused', async () => {
    const { host } = stage;
    const ann = await login(host);
    const wrong = { ...SIEM, secret: READER.secret };
    for (const asking of [
      host.http().post(PLACE).send(opaque('1')),
      post(host, opaque('1'), wrong),
    ]) {
      const refused = await asking;
      expect(refused).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
      expect(refused.headers['www-authenticate']).toBe(`Basic realm="${ISSUER}"`);
    }
    const bearer = host.http().post(PLACE).auth(ann.access_token, { type: 'bearer' });
    expect((await bearer.send(opaque('1'))).status).toBe(401);
    expect(await isAlive(host, ann)).toBe(true);
  });

  it('a client that may ask only is refused', async () => {
    const ann = await login(stage.host);
    const refused = await post(stage.host, opaque('1'), READER);
    expect(refused).toMatchObject({ status: 403, body: { error: 'unauthorized_client' } });
    expect(await isAlive(stage.host, ann)).toBe(true);
  });
});

onEveryHost(
  OPTIONS,
  (stage: Stage) => {
    it('every other instance refuses them, too', async () => {
      const other = await stage.another();
      const user = await newcomer(stage.host);
      const pair = await login(other, user);
      expect((await me(other, pair.access_token)).status).toBe(200);
      await post(stage.host, opaque(await idOf(stage.host, pair)));
      await eventually(5_000, async () => (await me(other, pair.access_token)).status === 401);
      expect(await refreshing(other, pair.refresh_token)).toEqual(revokedFor('global_revocation'));
    });
  },
  shareable,
);

describe('a store that reads its ids', () => {
  it('need not be able to read one that is none of them', async () => {
    const users = Object.assign(new QuickUsers(), {
      parseId: (text: string): string => {
        if (!/^\d+$/.test(text)) throw new Error('This is no id');
        return String(Number(text));
      },
    });
    const host = await startHost({ ...OPTIONS, users });
    expect((await post(host, opaque('rubbish'))).status).toBe(404);
    expect((await post(host, opaque('01'))).status).toBe(404);
    expect((await post(host, opaque('1'))).status).toBe(204);
    await host.close();
  });
});

it('of a user whom the store does not know any more every session ends, and the answer is 404', async () => {
  const users = new QuickUsers();
  const host = await startHost({ ...OPTIONS, users });
  const pair = await login(host);
  const id = await idOf(host, pair);
  Object.assign(users, { findById: async () => null });
  expect((await post(host, opaque(id))).status).toBe(404);
  expect(await host.app.get(AuthService).sessions(id)).toEqual([]);
  await host.close();
});

describe('the metadata', () => {
  it.each([
    ['where a client may', [SIEM], `${ISSUER}${PLACE}`],
    ['where none may', [READER], undefined],
  ])('names the endpoint %s', async (_when, oauthClients, endpoint) => {
    const host = await startHost({ ...OPTIONS, auth: { ...AUTH, oauthClients } });
    const { body } = await host.http().get('/.well-known/oauth-authorization-server');
    expect(body.global_token_revocation_endpoint).toBe(endpoint);
    await host.close();
  });
});

describe('the standalone server', () => {
  const ON = {
    AUTH_OAUTH: 'on',
    AUTH_ISSUER: ISSUER,
    AUTH_OAUTH_CLIENTS: `siem:${SIEM.secret.replace(',', '')},reader:${READER.secret}`,
  };

  it('lets those end sessions that AUTH_OAUTH_REVOKERS names', async () => {
    const { url } = await startInProcess({ ...ON, AUTH_OAUTH_REVOKERS: 'siem' });
    const ann = { username: 'ann', password: 'correct horse battery staple' };
    const { body } = await request(url).post('/users').send(ann);
    const ask = (id: string, secret: string) =>
      request(url).post(PLACE).auth(id, secret).send(opaque(body.id));
    expect(await ask('reader', READER.secret)).toMatchObject({
      status: 403,
      body: { error: 'unauthorized_client' },
    });
    expect((await ask('siem', SIEM.secret.replace(',', ''))).status).toBe(204);
  });

  it('does not start with a name that no client has', () => {
    expect(() => readEnvironment({ ...ON, AUTH_OAUTH_REVOKERS: 'siem,sime' })).toThrow(
      /^AUTH_OAUTH_REVOKERS takes ids of AUTH_OAUTH_CLIENTS, separated by commas$/,
    );
  });
});
