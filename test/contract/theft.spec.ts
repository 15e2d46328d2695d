import { AuthEvents, type TokenReusedEvent } from 'nestjs-baton';
import { RefreshTokenStore } from '../../src/sessions/refresh-token.store.js';
import { decode } from './jwt.js';
import {
  INVALID_REFRESH,
  REUSED,
  REVOKED,
  answer,
  isAlive,
  login,
  logout,
  me,
  onEveryHost,
  refresh,
  refreshing,
  revokedFor,
  storm,
  use,
} from './vocabulary.js';

const AN_HOUR = 3600;
const PAST_GRACE = 10;

onEveryHost({}, (stage) => {
  /** A session whose live token a thief has copied. */
  const copied = () => login(stage.host);
  const turn = (seconds: number) => stage.host.clock.turn(seconds);

  it('a thief who comes first is found out when the owner refreshes, and loses what he took', async () => {
    const { refresh_token } = await copied();
    const thiefs = await refresh(stage.host, refresh_token);
    await use(stage.host, thiefs);
    turn(PAST_GRACE);
    expect(await refreshing(stage.host, refresh_token)).toEqual(REUSED);
    expect(await me(stage.host, thiefs.access_token)).toEqual(REVOKED);
    expect(await refreshing(stage.host, thiefs.refresh_token)).toEqual(revokedFor('reuse'));
  });

  it('a thief who comes second gets nothing', async () => {
    const { refresh_token } = await copied();
    const owners = await refresh(stage.host, refresh_token);
    await use(stage.host, owners);
    turn(PAST_GRACE);
    expect(await refreshing(stage.host, refresh_token)).toEqual(REUSED);
    expect(await isAlive(stage.host, owners)).toBe(false);
  });

  it('a thief who keeps quiet loses his line when the owner comes back', async () => {
    const { refresh_token } = await copied();
    const thiefs = await refresh(stage.host, refresh_token);
    turn(AN_HOUR);
    const owners = await refresh(stage.host, refresh_token);
    await use(stage.host, owners);
    turn(AN_HOUR);
    const next = await refresh(stage.host, owners.refresh_token);
    expect(await refreshing(stage.host, thiefs.refresh_token)).toEqual(REUSED);
    expect(await isAlive(stage.host, next)).toBe(false);
  });

  it('a thief who keeps quiet and never comes back harms nobody', async () => {
    const { refresh_token } = await copied();
    await refresh(stage.host, refresh_token);
    turn(AN_HOUR);
    const owners = await refresh(stage.host, refresh_token);
    await use(stage.host, owners);
    turn(AN_HOUR);
    expect(await isAlive(stage.host, await refresh(stage.host, owners.refresh_token))).toBe(true);
  });

  it('a thief who follows within the grace period holds the same token, and his next refresh is a reuse', async () => {
    const { refresh_token } = await copied();
    const owners = await refresh(stage.host, refresh_token);
    const thiefs = await refresh(stage.host, refresh_token);
    expect(thiefs.refresh_token).toBe(owners.refresh_token);
    turn(AN_HOUR);
    const next = await refresh(stage.host, owners.refresh_token);
    await use(stage.host, next);
    turn(PAST_GRACE);
    expect(await refreshing(stage.host, thiefs.refresh_token)).toEqual(REUSED);
    expect(await isAlive(stage.host, next)).toBe(false);
  });

  it('a thief who follows and then runs ahead is found out when the owner refreshes', async () => {
    const { refresh_token } = await copied();
    const owners = await refresh(stage.host, refresh_token);
    const thiefs = await refresh(stage.host, refresh_token);
    turn(AN_HOUR);
    const next = await refresh(stage.host, thiefs.refresh_token);
    await use(stage.host, next);
    turn(PAST_GRACE);
    expect(await refreshing(stage.host, owners.refresh_token)).toEqual(REUSED);
    expect(await isAlive(stage.host, next)).toBe(false);
  });

  it('any older token is reuse at once, within the grace period too', async () => {
    const first = await copied();
    const second = await refresh(stage.host, first.refresh_token);
    const third = await refresh(stage.host, second.refresh_token);
    expect(await refreshing(stage.host, first.refresh_token)).toEqual(REUSED);
    expect(await refreshing(stage.host, third.refresh_token)).toEqual(revokedFor('reuse'));
  });

  it('after a reuse every token of the session is refused, access tokens of every generation included', async () => {
    const first = await copied();
    const second = await refresh(stage.host, first.refresh_token);
    const third = await refresh(stage.host, second.refresh_token);
    await Promise.all([first, second, third].map((pair) => use(stage.host, pair)));
    expect(await refreshing(stage.host, first.refresh_token)).toEqual(REUSED);
    for (const pair of [first, second, third]) {
      expect(await me(stage.host, pair.access_token)).toEqual(REVOKED);
      expect(await refreshing(stage.host, pair.refresh_token)).toEqual(revokedFor('reuse'));
    }
  });

  it('a reuse is answered as such once, of simultaneous ones too', async () => {
    const first = await copied();
    const second = await refresh(stage.host, first.refresh_token);
    await refresh(stage.host, second.refresh_token);
    const responses = await storm([stage.host], first.refresh_token, 10);
    const codes = responses.map(({ body }) => String(body.error)).toSorted();
    expect(codes).toEqual([...Array<string>(9).fill('session_revoked'), 'token_reused']);
  });

  /** @see issue 11 */
  it('a reuse that something else is faster to end is told what that was', async () => {
    const first = await copied();
    const second = await refresh(stage.host, first.refresh_token);
    const third = await refresh(stage.host, second.refresh_token);
    const store = stage.host.app.get(RefreshTokenStore);
    const find = store.find.bind(store);
    store.find = async (id) => {
      store.find = find;
      const session = await find(id);
      await logout(stage.host, third);
      return session;
    };
    expect(await refreshing(stage.host, first.refresh_token)).toEqual(revokedFor('logout'));
  });

  it('a reuse sends one event that names the session, the user and the generation', async () => {
    const first = await copied();
    const second = await refresh(stage.host, first.refresh_token);
    await refresh(stage.host, second.refresh_token);
    const events: TokenReusedEvent[] = [];
    const reuses = stage.host.app.get(AuthEvents).on('token.reused');
    const subscription = reuses.subscribe((event) => events.push(event));
    await storm([stage.host], first.refresh_token, 5);
    subscription.unsubscribe();
    expect(events).toEqual([
      {
        type: 'token.reused',
        sessionId: first.session_id,
        userId: '1',
        generation: 0,
        atMs: stage.host.clock.nowMs(),
      },
    ]);
  });

  it("a reuse harms none of the user's other sessions", async () => {
    const other = await login(stage.host);
    const first = await copied();
    const second = await refresh(stage.host, first.refresh_token);
    await refresh(stage.host, second.refresh_token);
    expect(await refreshing(stage.host, first.refresh_token)).toEqual(REUSED);
    expect(await isAlive(stage.host, other)).toBe(true);
  });

  it('a spent token that was tampered with revokes nothing', async () => {
    const first = await copied();
    const second = await refresh(stage.host, first.refresh_token);
    const third = await refresh(stage.host, second.refresh_token);
    const [header, claims, signature = ''] = first.refresh_token.split('.');
    const tampered = [header, claims, signature.split('').toReversed().join('')].join('.');
    expect(await refreshing(stage.host, tampered)).toEqual(INVALID_REFRESH);
    expect(await isAlive(stage.host, third)).toBe(true);
  });

  it('a spent token of a session that was logged out is refused and harms nothing else', async () => {
    const other = await login(stage.host);
    const first = await copied();
    const second = await refresh(stage.host, first.refresh_token);
    await refresh(stage.host, second.refresh_token);
    await logout(stage.host, second);
    expect(await refreshing(stage.host, first.refresh_token)).toEqual(revokedFor('logout'));
    expect(await isAlive(stage.host, other)).toBe(true);
  });
});

onEveryHost({ auth: { reuseScope: 'user' } }, (stage) => {
  it("with reuseScope user a reuse revokes every session of that user and nobody else's", async () => {
    const others = [await login(stage.host), await login(stage.host)];
    const bobs = await login(stage.host, { username: 'bob' });
    const first = await login(stage.host);
    const second = await refresh(stage.host, first.refresh_token);
    const third = await refresh(stage.host, second.refresh_token);
    const revoked: string[] = [];
    const revocations = stage.host.app.get(AuthEvents).on('session.revoked');
    const subscription = revocations.subscribe(({ sessionId }) => revoked.push(sessionId));
    expect(await refreshing(stage.host, first.refresh_token)).toEqual(REUSED);
    subscription.unsubscribe();
    for (const pair of [...others, third]) {
      expect(await me(stage.host, pair.access_token)).toEqual(REVOKED);
      expect(await refreshing(stage.host, pair.refresh_token)).toEqual(revokedFor('reuse'));
    }
    expect(revoked.toSorted()).toEqual(
      [...others, first].map((pair) => pair.session_id).toSorted(),
    );
    expect(await isAlive(stage.host, bobs)).toBe(true);
    expect(decode((await login(stage.host)).refresh_token).claims['gen']).toBe(0);
  });

  it('with reuseScope user a token of a session that has ended harms nothing else', async () => {
    const other = await login(stage.host);
    const first = await login(stage.host);
    const second = await refresh(stage.host, first.refresh_token);
    await refresh(stage.host, second.refresh_token);
    const request = stage.host.http().post('/auth/logout');
    await answer(request.auth(first.access_token, { type: 'bearer' }));
    expect(await refreshing(stage.host, first.refresh_token)).toEqual(revokedFor('logout'));
    expect(await isAlive(stage.host, other)).toBe(true);
  });
});
