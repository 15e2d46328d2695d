import { MagicLinks } from '../../examples/own-routes/magic-links.js';
import { SessionController } from '../../examples/own-routes/session.controller.js';
import { PLATFORMS, startHost } from '../host/start-host.js';

const KEY = 'a key of repeats, bound'.replaceAll(' ', '-');

/** @see issue 12 */
describe.each(PLATFORMS)('routes of an application’s own on %s', (platform) => {
  const start = () =>
    startHost({
      platform,
      controllers: [SessionController],
      providers: [MagicLinks],
      extras: { controller: false },
      auth: { cookies: { allowPlainHttp: true, path: '/session' } },
    });

  it('open a session, refresh it and end it, with the headers of ours', async () => {
    const host = await start();
    const code = host.app.get(MagicLinks).make({ id: '1', username: 'ann' });
    const opened = await host.http().post('/session').send({ code });
    expect([opened.status, opened.headers['cache-control']]).toEqual([200, 'no-store']);
    const spent = await host.http().post('/session').send({ code });
    expect([spent.status, spent.body.error, spent.headers['x-auth-error']]).toEqual([
      403,
      'link_spent',
      'link_spent',
    ]);
    const { refresh_token, access_token } = opened.body;
    const refresh = (key: string) =>
      host.http().post('/session/refresh').set('idempotency-key', key).send({ refresh_token });
    const refreshed = await refresh(KEY);
    expect([refreshed.status, refreshed.headers['cache-control']]).toEqual([200, 'no-store']);
    expect((await refresh(KEY)).body.refresh_token).toBe(refreshed.body.refresh_token);
    const stolen = await refresh(`${KEY}-of-somebody-else`);
    expect([stolen.status, stolen.headers['x-auth-error']]).toEqual([401, 'token_reused']);
    expect(stolen.headers['www-authenticate']).toContain('error="invalid_token"');
    const ended = await host.http().delete('/session').auth(access_token, { type: 'bearer' });
    expect([ended.status, ended.body.error]).toEqual([401, 'session_revoked']);
    await host.close();
  });

  it('hand the refresh token out as a cookie, and take it away at the end', async () => {
    const host = await start();
    const code = host.app.get(MagicLinks).make({ id: '1', username: 'ann' });
    const cookie = { 'x-auth-transport': 'cookie' };
    const opened = await host.http().post('/session').set(cookie).send({ code });
    expect(opened.body).not.toHaveProperty('refresh_token');
    expect(String(opened.headers['set-cookie'])).toContain('baton_refresh=ey');
    const sent = String(opened.headers['set-cookie']).split(';')[0] ?? '';
    const byCookie = { ...cookie, cookie: sent };
    const refreshed = await host.http().post('/session/refresh').set(byCookie);
    expect(refreshed.status).toBe(200);
    expect(String(refreshed.headers['set-cookie'])).toContain('Path=/session;');
    const ended = await host
      .http()
      .delete('/session')
      .set(cookie)
      .auth(opened.body.access_token, { type: 'bearer' });
    expect(ended.status).toBe(204);
    expect(String(ended.headers['set-cookie'])).toContain('Max-Age=0');
    await host.close();
  });
});
