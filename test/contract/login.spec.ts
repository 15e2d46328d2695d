import { ForbiddenException } from '@nestjs/common';
import { AuthService, TooManyAttemptsError } from 'nestjs-baton';
import { QuickUsers } from '../host/quick-users.js';
import { PASSWORD } from '../host/start-host.js';
import {
  EXPIRED_REFRESH,
  WRONG_PASSWORD,
  answer,
  error,
  login,
  onEveryHost,
  postLogin,
  postRefresh,
  refresh,
  refreshing,
  use,
} from './vocabulary.js';

const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

onEveryHost({}, (stage) => {
  it('POST /auth/login answers 200 with a token pair', async () => {
    const response = await postLogin(stage.host);
    expect(response.status).toBe(200);
    expect(response.type).toBe('application/json');
    expect(response.body).toEqual({
      access_token: expect.stringMatching(JWT),
      token_type: 'Bearer',
      expires_in: 900,
      refresh_token: expect.stringMatching(JWT),
      refresh_token_expires_in: 604_800,
      session_id: expect.stringMatching(UUID_V7),
    });
  });

  it('POST /auth/token/refresh answers 200 with a token pair of the same session', async () => {
    const first = await login(stage.host);
    const response = await postRefresh(stage.host, first.refresh_token);
    expect(response.status).toBe(200);
    expect(response.body).toEqual({
      access_token: expect.stringMatching(JWT),
      token_type: 'Bearer',
      expires_in: 900,
      refresh_token: expect.stringMatching(JWT),
      refresh_token_expires_in: 604_800,
      session_id: first.session_id,
    });
    expect(response.body.refresh_token).not.toBe(first.refresh_token);
    expect(response.body.access_token).not.toBe(first.access_token);
  });

  it('answers that carry tokens have Cache-Control: no-store', async () => {
    const loggedIn = await postLogin(stage.host);
    const refreshed = await postRefresh(stage.host, loggedIn.body.refresh_token);
    expect(loggedIn.headers['cache-control']).toBe('no-store');
    expect(refreshed.headers['cache-control']).toBe('no-store');
  });

  it('a wrong password and an unknown user get the same answer', async () => {
    const wrong = await postLogin(stage.host, { password: 'not the password' });
    const unknown = await postLogin(stage.host, { username: 'nobody of that name' });
    for (const { status, body, headers } of [wrong, unknown]) {
      expect({ status, body }).toEqual(WRONG_PASSWORD);
      expect(headers['www-authenticate']).toBe('Bearer realm="nestjs-baton"');
    }
    expect(Object.keys(unknown.headers).toSorted()).toEqual(Object.keys(wrong.headers).toSorted());
  });

  it('every login opens a session of its own', async () => {
    const ids = [await login(stage.host), await login(stage.host)].map((pair) => pair.session_id);
    expect(new Set(ids).size).toBe(2);
  });

  it('expires_in and refresh_token_expires_in are whole seconds from now', async () => {
    const { refresh_token } = await login(stage.host);
    await refresh(stage.host, refresh_token);
    stage.host.clock.turn(4.25);
    const repeated = await refresh(stage.host, refresh_token);
    expect(repeated.expires_in).toBe(900);
    expect(repeated.refresh_token_expires_in).toBe(604_796);
    stage.host.clock.turn(0.75);
  });
});

onEveryHost({ auth: { sessionTtl: '10m' } }, (stage) => {
  it('neither lifetime reaches past the absolute end of the session', async () => {
    const first = await login(stage.host);
    expect(first.expires_in).toBe(600);
    expect(first.refresh_token_expires_in).toBe(600);
    stage.host.clock.turn(100);
    const second = await refresh(stage.host, first.refresh_token);
    expect(second.expires_in).toBe(500);
    expect(second.refresh_token_expires_in).toBe(500);
    await use(stage.host, second);
    stage.host.clock.turn(500);
    expect(await refreshing(stage.host, second.refresh_token)).toEqual(EXPIRED_REFRESH);
  });
});

class StrictUsers extends QuickUsers {
  override async authenticate(credentials: Parameters<QuickUsers['authenticate']>[0]) {
    if (credentials.username === 'mallory') throw new TooManyAttemptsError(42);
    if (credentials.username === 'locked') throw new ForbiddenException('Ask the front desk');
    return super.authenticate(credentials);
  }
}

onEveryHost({ users: new StrictUsers() }, (stage) => {
  it('too many failed attempts are 429 with Retry-After in seconds', async () => {
    const response = await postLogin(stage.host, { username: 'mallory' });
    const description = 'Too many failed attempts, retry in 42 seconds';
    expect(await answer(Promise.resolve(response))).toEqual(
      error(429, 'too_many_attempts', description),
    );
    expect(response.headers['retry-after']).toBe('42');
    expect(response.headers['www-authenticate']).toBeUndefined();
  });

  it("an HttpException of the application's own reaches the client as it is", async () => {
    const response = await postLogin(stage.host, { username: 'locked' });
    expect(response.status).toBe(403);
    expect(response.body.message).toBe('Ask the front desk');
  });

  it('whose client is gone asks nobody for the user', async () => {
    const signal = AbortSignal.abort();
    const gone = { username: 'locked', password: PASSWORD, ip: null, signal };
    const auth = stage.host.app.get(AuthService);
    await expect(auth.login(gone)).rejects.toThrow('The client is gone');
    await expect(auth.login({ ...gone, signal: undefined })).rejects.toThrow('Ask the front desk');
  });
});
