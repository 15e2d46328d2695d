import { PASSWORD, type Host } from '../host/start-host.js';
import type { TokenPairBody } from 'nestjs-baton';

/** One client of a host, which knows where the routes of one `AuthModule` stand. */
export class Client {
  constructor(
    private readonly host: Pick<Host, 'http'>,
    private readonly at = '/auth',
  ) {}

  async login(username = 'ann'): Promise<TokenPairBody> {
    const answer = await this.post('login', { username, password: PASSWORD });
    expect([answer.status, answer.body]).toMatchObject([200, { token_type: 'Bearer' }]);
    return answer.body;
  }

  post(route: string, body: object) {
    return this.host.http().post(`${this.at}/${route}`).send(body);
  }

  postAs(pair: TokenPairBody, route: string) {
    return this.host.http().post(`${this.at}/${route}`).auth(pair.access_token, { type: 'bearer' });
  }

  getAs(pair: TokenPairBody, route: string) {
    return this.host.http().get(`${this.at}/${route}`).auth(pair.access_token, { type: 'bearer' });
  }

  deleteAs(pair: TokenPairBody, route: string) {
    return this.host
      .http()
      .delete(`${this.at}/${route}`)
      .auth(pair.access_token, { type: 'bearer' });
  }

  refresh({ refresh_token }: TokenPairBody) {
    return this.post('token/refresh', { refresh_token });
  }
}

/** Takes every route of the module, as bob who was not logged in, and expects of each what the contract says. */
export async function takeEveryRoute(host: Pick<Host, 'http'>, at = '/auth'): Promise<void> {
  const client = new Client(host, at);
  const first = await client.login('bob');
  const second = await client.login('bob');
  const third = await client.login('bob');

  const me = await client.getAs(first, 'me');
  expect(me.body).toEqual({ id: '2', username: 'bob', session_id: first.session_id });
  const { body } = await client.getAs(first, 'sessions');
  expect(body.sessions).toHaveLength(3);
  expect((await client.deleteAs(first, `sessions/${second.session_id}`)).status).toBe(204);
  expect((await client.deleteAs(first, `sessions/${second.session_id}`)).status).toBe(404);

  const refreshed = await client.refresh(first);
  expect([refreshed.status, refreshed.headers['cache-control']]).toEqual([200, 'no-store']);
  expect((await client.postAs(refreshed.body, 'logout/others')).status).toBe(204);
  const other = await client.getAs(third, 'me');
  expect([other.status, other.body.error]).toEqual([401, 'session_revoked']);

  expect((await client.postAs(refreshed.body, 'logout/all')).status).toBe(204);
  const ended = await client.refresh(refreshed.body);
  expect([ended.status, ended.body]).toMatchObject([
    401,
    { error: 'session_revoked', reason: 'logout' },
  ]);
  expect((await client.post('logout', { refresh_token: first.refresh_token })).status).toBe(204);
  await expectErrors(client, host, at);
}

async function expectErrors(client: Client, host: Pick<Host, 'http'>, at: string): Promise<void> {
  const missing = await client.post('token/refresh', {});
  expect([missing.status, missing.body]).toEqual([
    400,
    { error: 'invalid_request', error_description: 'Refresh token is missing' },
  ]);
  const wrongType = await client.post('login', { username: 7, password: PASSWORD });
  expect([wrongType.status, wrongType.body.error]).toEqual([400, 'invalid_request']);
  const stranger = await host.http().get(`${at}/me`);
  expect([stranger.status, stranger.body.error]).toEqual([401, 'missing_token']);
  expect(stranger.headers['www-authenticate']).toBe('Bearer realm="nestjs-baton"');
}
