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
    if (answer.status !== 200) throw new Error(`The login answered ${answer.status}`);
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

/** What {@link answersOfEveryRoute} comes to wherever the routes work. */
export const EVERY_ANSWER = {
  me: [200, 'bob'],
  sessions: [200, 3],
  endOne: [204, undefined],
  endItAgain: [404, 'not_found'],
  refresh: [200, 'no-store'],
  endOthers: [204, undefined],
  meElsewhere: [401, 'session_revoked'],
  endAll: [204, undefined],
  refreshEnded: [401, 'session_revoked', 'logout'],
  logoutAgain: [204, undefined],
  refreshWithNothing: [400, 'invalid_request', 'Refresh token is missing'],
  loginWithNumber: [400, 'invalid_request'],
  meAsStranger: [401, 'missing_token', 'Bearer realm="nestjs-baton"'],
};

/** Takes every route of the module, as bob who was not logged in. */
export async function answersOfEveryRoute(
  host: Pick<Host, 'http'>,
  at = '/auth',
): Promise<Record<keyof typeof EVERY_ANSWER, unknown[]>> {
  const client = new Client(host, at);
  const first = await client.login('bob');
  const second = await client.login('bob');
  const third = await client.login('bob');

  const me = await client.getAs(first, 'me');
  const sessions = await client.getAs(first, 'sessions');
  const endOne = await client.deleteAs(first, `sessions/${second.session_id}`);
  const endItAgain = await client.deleteAs(first, `sessions/${second.session_id}`);
  const refresh = await client.refresh(first);
  const endOthers = await client.postAs(refresh.body, 'logout/others');
  const meElsewhere = await client.getAs(third, 'me');
  const endAll = await client.postAs(refresh.body, 'logout/all');
  const refreshEnded = await client.refresh(refresh.body);
  const { refresh_token } = first;
  const logoutAgain = await client.post('logout', { refresh_token });
  const refreshWithNothing = await client.post('token/refresh', {});
  const loginWithNumber = await client.post('login', { username: 7, password: PASSWORD });
  const meAsStranger = await host.http().get(`${at}/me`);

  return {
    me: [me.status, me.body.username],
    sessions: [sessions.status, sessions.body.sessions?.length],
    endOne: [endOne.status, endOne.body.error],
    endItAgain: [endItAgain.status, endItAgain.body.error],
    refresh: [refresh.status, refresh.headers['cache-control']],
    endOthers: [endOthers.status, endOthers.body.error],
    meElsewhere: [meElsewhere.status, meElsewhere.body.error],
    endAll: [endAll.status, endAll.body.error],
    refreshEnded: [refreshEnded.status, refreshEnded.body.error, refreshEnded.body.reason],
    logoutAgain: [logoutAgain.status, logoutAgain.body.error],
    refreshWithNothing: [
      refreshWithNothing.status,
      refreshWithNothing.body.error,
      refreshWithNothing.body.error_description,
    ],
    loginWithNumber: [loginWithNumber.status, loginWithNumber.body.error],
    meAsStranger: [
      meAsStranger.status,
      meAsStranger.body.error,
      meAsStranger.headers['www-authenticate'],
    ],
  };
}
