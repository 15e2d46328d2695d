import { AuthEvents } from 'nestjs-baton';
import {
  UNAVAILABLE,
  answer,
  isAlive,
  login,
  me,
  onEveryHost,
  postLogin,
  refresh,
  refreshing,
  use,
  withoutDatabase,
} from './vocabulary.js';

/** The background tasks complain, rightly, while the database is away. */
const QUIET = { configure: (app: { useLogger(logger: false): void }) => app.useLogger(false) };

onEveryHost(QUIET, (stage) => {
  it('a refresh while the database is unreachable is 503 and has consumed nothing', async () => {
    const { refresh_token, session_id } = await login(stage.host);
    const how: string[] = [];
    const refreshes = stage.host.app.get(AuthEvents).on('session.refreshed');
    const subscription = refreshes.subscribe((event) => {
      if (event.sessionId === session_id) how.push(`${event.how} ${event.generation}`);
    });
    await withoutDatabase(stage.host, async () => {
      expect(await refreshing(stage.host, refresh_token)).toEqual(UNAVAILABLE);
      expect(await refreshing(stage.host, refresh_token)).toEqual(UNAVAILABLE);
    });
    const next = await refresh(stage.host, refresh_token);
    subscription.unsubscribe();
    expect(how).toEqual(['rotate 1']);
    expect(await isAlive(stage.host, next)).toBe(true);
  });

  it('no route answers anything but 503 while the database is unreachable', async () => {
    const pair = await login(stage.host);
    const { refresh_token } = pair;
    const http = () => stage.host.http();
    const bearer = [pair.access_token, { type: 'bearer' }] as const;
    await withoutDatabase(stage.host, async () => {
      const id = pair.session_id;
      const requests = [
        postLogin(stage.host),
        http().post('/auth/logout').send({ refresh_token }),
        http()
          .post('/auth/logout')
          .auth(...bearer),
        http()
          .post('/auth/logout/all')
          .auth(...bearer),
        http()
          .post('/auth/logout/others')
          .auth(...bearer),
        http()
          .get('/auth/sessions')
          .auth(...bearer),
        http()
          .delete(`/auth/sessions/${id}`)
          .auth(...bearer),
      ];
      for (const request of requests) expect(await answer(request)).toEqual(UNAVAILABLE);
    });
    expect(await isAlive(stage.host, pair)).toBe(true);
  });

  it('a wrong token is 401 while the database is unreachable: it never gets that far', async () => {
    await withoutDatabase(stage.host, async () => {
      expect((await refreshing(stage.host, 'rubbish')).status).toBe(401);
      expect((await me(stage.host, 'rubbish')).status).toBe(401);
    });
  });

  it('revocations too stale to trust are 503, and trusted again when the database is back', async () => {
    const pair = await login(stage.host);
    await use(stage.host, pair);
    await withoutDatabase(stage.host, async () => {
      stage.host.clock.turn(4.999);
      await use(stage.host, pair);
      stage.host.clock.turn(60);
      const response = await answer(
        stage.host.http().get('/auth/me').auth(pair.access_token, { type: 'bearer' }),
      );
      expect(response).toEqual(UNAVAILABLE);
    });
    await use(stage.host, pair);
  });
});

onEveryHost({ ...QUIET, auth: { revocation: 'strict' } }, (stage) => {
  it('strict answers 503 at once while the database is unreachable', async () => {
    const pair = await login(stage.host);
    await use(stage.host, pair);
    await withoutDatabase(stage.host, async () => {
      expect(await me(stage.host, pair.access_token)).toEqual(UNAVAILABLE);
    });
    await use(stage.host, pair);
  });
});

onEveryHost(
  QUIET,
  (stage) => {
    it('a database that is dropped under a running host is 503, and the host lives on', async () => {
      const pair = await login(stage.host);
      await stage.dropDatabase();
      expect(await refreshing(stage.host, pair.refresh_token)).toEqual(UNAVAILABLE);
      expect(await answer(postLogin(stage.host))).toEqual(UNAVAILABLE);
      await use(stage.host, pair);
      stage.host.clock.turn(60);
      expect(await me(stage.host, pair.access_token)).toEqual(UNAVAILABLE);
      expect(await refreshing(stage.host, pair.refresh_token)).toEqual(UNAVAILABLE);
    });
  },
  ({ name }) => name === 'postgres' || name === 'mariadb',
);
