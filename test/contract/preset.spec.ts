import { decode } from './jwt.js';
import {
  EXPIRED_REFRESH,
  answer,
  login,
  onEveryHost,
  pairIn,
  postLogin,
  refresh,
  refreshing,
} from './vocabulary.js';
import { KeyHolder } from '../host/key-holder.js';
import { loginWith } from './dpop-vocabulary.js';

const HOUR = 3600;

/** @see issue 16 */
onEveryHost({ auth: { preset: 'browser-app' } }, (stage) => {
  it('no rotated token outlives the first one', async () => {
    const first = await login(stage.host);
    expect([first.expires_in, first.refresh_token_expires_in]).toEqual([600, 8 * HOUR]);
    const end = decode(first.refresh_token).claims['exp'];
    let pair = first;
    for (const left of [6, 4, 2]) {
      stage.host.clock.turn(2 * HOUR);
      pair = await refresh(stage.host, pair.refresh_token);
      expect(pair.refresh_token_expires_in).toBe(left * HOUR);
      expect(decode(pair.refresh_token).claims['exp']).toBe(end);
    }
    stage.host.clock.turn(2 * HOUR);
    expect(await refreshing(stage.host, pair.refresh_token)).toEqual(EXPIRED_REFRESH);
  });

  it('a page that asks for it has the refresh token in a cookie that it cannot read', async () => {
    const opened = await postLogin(stage.host).set('X-Auth-Transport', 'cookie');
    expect(pairIn(opened)).not.toHaveProperty('refresh_token');
    expect(String(opened.headers['set-cookie'])).toMatch(
      /^__Secure-baton_refresh=eyJ[\w.-]+; Max-Age=28800; Path=\/auth; HttpOnly; Secure; SameSite=Strict$/,
    );
  });

  it('a page that has a key has a session that is bound to it', async () => {
    const pair = await loginWith(new KeyHolder(stage.host.clock), stage.host);
    expect(pair.token_type).toBe('DPoP');
  });

  it('a cookie of a session that is bound to a key refreshes it with a proof, and without one does no harm', async () => {
    const holder = new KeyHolder(stage.host.clock);
    const proofFor = (route: string) => holder.proof('POST', `${stage.host.url}/auth/${route}`);
    const page = { 'X-Auth-Transport': 'cookie' };
    const opened = await postLogin(stage.host).set({ ...page, DPoP: await proofFor('login') });
    const cookie = String(opened.headers['set-cookie']).split(';', 1);
    const refreshed = (headers: object) =>
      stage.host
        .http()
        .post('/auth/token/refresh')
        .set({ ...page, ...headers })
        .set('Cookie', cookie);
    const unproved = await answer(refreshed({}));
    expect(unproved).toMatchObject({ status: 401, body: { error: 'invalid_dpop_proof' } });
    const next = await refreshed({ DPoP: await proofFor('token/refresh') });
    expect(pairIn(next)).not.toHaveProperty('refresh_token');
    expect(next.body.token_type).toBe('DPoP');
  });
});

onEveryHost({ auth: { preset: 'browser-app', refreshTtl: '1h', sessionTtl: '12h' } }, (stage) => {
  it('an idle lifetime that is given beside an absolute one is started anew by each rotation', async () => {
    const first = await login(stage.host);
    stage.host.clock.turn(HOUR / 2);
    const next = await refresh(stage.host, first.refresh_token);
    expect(next.refresh_token_expires_in).toBe(HOUR);
  });
});
