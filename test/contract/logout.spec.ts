import {
  EXPIRED_ACCESS,
  INVALID_ACCESS,
  INVALID_REFRESH,
  MISSING_ACCESS,
  REVOKED,
  type Stage,
  answer,
  error,
  isAlive,
  login,
  logout,
  me,
  newcomer,
  onEveryHost,
  refresh,
  refreshing,
  revokedFor,
  use,
} from './vocabulary.js';

const DONE = { status: 204, body: {} };

/** Logs out with whatever a client may send. */
function leaving({ host }: Stage, body: object | undefined, accessToken?: string) {
  const request = host.http().post('/auth/logout').send(body);
  return answer(
    accessToken === undefined ? request : request.auth(accessToken, { type: 'bearer' }),
  );
}

onEveryHost({}, (stage) => {
  it('logout with a refresh token answers 204 and ends the session at once', async () => {
    const pair = await login(stage.host);
    await use(stage.host, pair);
    const { refresh_token } = pair;
    expect(await leaving(stage, { refresh_token })).toEqual(DONE);
    expect(await me(stage.host, pair.access_token)).toEqual(REVOKED);
    expect(await refreshing(stage.host, refresh_token)).toEqual(revokedFor('logout'));
  });

  it('logout with a Bearer token answers 204 and ends the session', async () => {
    const pair = await login(stage.host);
    expect(await leaving(stage, undefined, pair.access_token)).toEqual(DONE);
    expect(await refreshing(stage.host, pair.refresh_token)).toEqual(revokedFor('logout'));
  });

  it('repeating a logout is 204 again, with either token', async () => {
    const { refresh_token, access_token } = await login(stage.host);
    for (let times = 0; times < 2; times += 1) {
      expect(await leaving(stage, { refresh_token })).toEqual(DONE);
      expect(await leaving(stage, undefined, access_token)).toEqual(DONE);
    }
  });

  it('logout takes an older refresh token of the session', async () => {
    const first = await login(stage.host);
    const second = await refresh(stage.host, first.refresh_token);
    const third = await refresh(stage.host, second.refresh_token);
    await logout(stage.host, first);
    expect(await refreshing(stage.host, third.refresh_token)).toEqual(revokedFor('logout'));
  });

  it('logout takes an expired but genuine refresh token', async () => {
    const first = await login(stage.host);
    stage.host.clock.turn(6 * 86_400);
    const second = await refresh(stage.host, first.refresh_token);
    stage.host.clock.turn(1 * 86_400);
    await logout(stage.host, first);
    expect(await refreshing(stage.host, second.refresh_token)).toEqual(revokedFor('logout'));
  });

  it('logout of a session that has expired is 204', async () => {
    const pair = await login(stage.host);
    stage.host.clock.turn(31 * 86_400);
    expect(await leaving(stage, { refresh_token: pair.refresh_token })).toEqual(DONE);
  });

  it('logout with an expired access token is token_expired', async () => {
    const { access_token } = await login(stage.host);
    stage.host.clock.turn(900);
    expect(await leaving(stage, undefined, access_token)).toEqual(EXPIRED_ACCESS);
  });

  it('logout with neither token is missing_token, with the bare challenge', async () => {
    const response = await stage.host.http().post('/auth/logout');
    expect(await answer(Promise.resolve(response))).toEqual(MISSING_ACCESS);
    expect(response.headers['www-authenticate']).toBe('Bearer realm="nestjs-baton"');
    for (const refresh_token of [null, '']) {
      expect(await leaving(stage, { refresh_token })).toEqual(MISSING_ACCESS);
    }
  });

  it('with both tokens the refresh token decides', async () => {
    const mine = await login(stage.host);
    const other = await login(stage.host);
    const { refresh_token } = other;
    expect(await leaving(stage, { refresh_token }, mine.access_token)).toEqual(DONE);
    expect((await me(stage.host, other.access_token)).status).toBe(401);
    expect(await isAlive(stage.host, mine)).toBe(true);
  });

  it('a refresh token that is not genuine decides as well, and ends nothing', async () => {
    const mine = await login(stage.host);
    const refresh_token = `${mine.refresh_token.slice(0, -4)}AAAA`;
    expect(await leaving(stage, { refresh_token }, mine.access_token)).toEqual(INVALID_REFRESH);
    expect(await isAlive(stage.host, mine)).toBe(true);
  });

  it('an access token is no refresh token, nor the other way round', async () => {
    const { access_token, refresh_token } = await login(stage.host);
    expect(await leaving(stage, { refresh_token: access_token })).toEqual(INVALID_REFRESH);
    expect(await leaving(stage, undefined, refresh_token)).toEqual(INVALID_ACCESS);
  });

  it('a refresh token of the wrong type is invalid_request, with a Bearer token too', async () => {
    const pair = await login(stage.host);
    const refused = error(400, 'invalid_request', 'refresh_token takes a string');
    expect(await leaving(stage, { refresh_token: 7 }, pair.access_token)).toEqual(refused);
    expect(await isAlive(stage.host, pair)).toBe(true);
  });

  it('a logout beats the refreshes that are under way', async () => {
    const pair = await login(stage.host);
    const [, ...answers] = await Promise.all([
      logout(stage.host, pair),
      ...Array.from({ length: 10 }, () => refreshing(stage.host, pair.refresh_token)),
    ]);
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
    expect(await refreshing(stage.host, pair.refresh_token)).toEqual(revokedFor('logout'));
  });

  it('POST /auth/logout/all revokes every session of the user and nobody else', async () => {
    const user = await newcomer(stage.host);
    const pairs = [await login(stage.host, user), await login(stage.host, user)];
    const bobs = await login(stage.host, { username: 'bob' });
    const { access_token = '' } = pairs[0] ?? {};
    const request = stage.host.http().post('/auth/logout/all');
    expect(await answer(request.auth(access_token, { type: 'bearer' }))).toEqual(DONE);
    for (const pair of pairs) {
      expect(await me(stage.host, pair.access_token)).toEqual(REVOKED);
      expect(await refreshing(stage.host, pair.refresh_token)).toEqual(revokedFor('logout'));
    }
    expect(await isAlive(stage.host, bobs)).toBe(true);
  });

  it('POST /auth/logout/others revokes every session of the user but this one', async () => {
    const user = await newcomer(stage.host);
    const others = [await login(stage.host, user), await login(stage.host, user)];
    const mine = await login(stage.host, user);
    const bobs = await login(stage.host, { username: 'bob' });
    const request = stage.host.http().post('/auth/logout/others');
    expect(await answer(request.auth(mine.access_token, { type: 'bearer' }))).toEqual(DONE);
    for (const pair of others) {
      expect(await me(stage.host, pair.access_token)).toEqual(REVOKED);
      expect(await refreshing(stage.host, pair.refresh_token)).toEqual(revokedFor('logout'));
    }
    expect(await isAlive(stage.host, mine)).toBe(true);
    expect(await isAlive(stage.host, bobs)).toBe(true);
  });
});
