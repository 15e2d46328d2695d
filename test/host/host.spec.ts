import { describeOnEachDatabase } from './databases.js';
import { PASSWORD, PLATFORMS, startHost } from './start-host.js';

describeOnEachDatabase((kind) => {
  it.each(PLATFORMS)('a host logs in and refreshes on %s', async (platform) => {
    const database = await kind.create();
    const host = await startHost({ platform, database: database.options });
    const login = await host
      .http()
      .post('/auth/login')
      .send({ username: 'ann', password: PASSWORD });
    expect(login.status).toBe(200);
    const refresh_token: string = login.body.refresh_token;
    const first = await host.http().post('/auth/token/refresh').send({ refresh_token });
    const again = await host.http().post('/auth/token/refresh').send({ refresh_token });
    expect(again.body.refresh_token).toBe(first.body.refresh_token);
    const all = await host
      .http()
      .post('/auth/logout/all')
      .auth(again.body.access_token, { type: 'bearer' });
    expect(all.status).toBe(204);
    const me = await host.http().get('/auth/me').auth(again.body.access_token, { type: 'bearer' });
    expect(me.body.error).toBe('session_revoked');
    await host.close();
    await database.drop();
  });
});
