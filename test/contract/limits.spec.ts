import {
  EXHAUSTED,
  REUSED,
  type Stage,
  isAlive,
  login,
  logout,
  me,
  newcomer,
  onEveryHost,
  refresh,
  refreshing,
  revokedFor,
  sessions,
  storm,
  use,
} from './vocabulary.js';

const PAST_GRACE = 10;

onEveryHost({ auth: { grace: 0, recovery: false } }, (stage) => {
  it('grace 0 and recovery off together are strict single use', async () => {
    const { refresh_token } = await login(stage.host);
    const next = await refresh(stage.host, refresh_token);
    expect(await refreshing(stage.host, refresh_token)).toEqual(REUSED);
    expect(await isAlive(stage.host, next)).toBe(false);
  });

  it('of simultaneous presentations under strict single use one rotates and one is the reuse', async () => {
    const { refresh_token } = await login(stage.host);
    const responses = await storm([stage.host], refresh_token, 10);
    const outcomes = responses.map(({ status, body }) => String(body.error ?? status)).toSorted();
    const others = Array<string>(8).fill('session_revoked');
    expect(outcomes).toEqual(['200', ...others, 'token_reused']);
  });

  it('the live token goes on under strict single use', async () => {
    let pair = await login(stage.host);
    for (let times = 0; times < 5; times += 1) pair = await refresh(stage.host, pair.refresh_token);
    expect(await isAlive(stage.host, pair)).toBe(true);
  });
});

onEveryHost({ auth: { grace: 0 } }, (stage) => {
  it('with grace 0 a repeat is a recovery at once', async () => {
    const { refresh_token } = await login(stage.host);
    const lost = await refresh(stage.host, refresh_token);
    const found = await refresh(stage.host, refresh_token);
    expect(found.refresh_token).not.toBe(lost.refresh_token);
    await use(stage.host, found);
    expect(await refreshing(stage.host, refresh_token)).toEqual(REUSED);
  });
});

onEveryHost({ auth: { recovery: false } }, (stage) => {
  it('with recovery off the parent is good within the grace period only', async () => {
    const { refresh_token } = await login(stage.host);
    const first = await refresh(stage.host, refresh_token);
    expect((await refresh(stage.host, refresh_token)).refresh_token).toBe(first.refresh_token);
    stage.host.clock.turn(PAST_GRACE);
    expect(await refreshing(stage.host, refresh_token)).toEqual(REUSED);
  });
});

/** A session that has been refreshed twice. */
async function spent({ host }: Stage) {
  const first = await login(host);
  const second = await refresh(host, first.refresh_token);
  const third = await refresh(host, second.refresh_token);
  return { second, third };
}

onEveryHost({ auth: { maxUses: 2 } }, (stage) => {
  it('more than maxUses refreshes are max_uses_reached, and further tries get the same answer', async () => {
    const { third } = await spent(stage);
    for (let times = 0; times < 3; times += 1) {
      expect(await refreshing(stage.host, third.refresh_token)).toEqual(EXHAUSTED);
    }
  });

  it('after maxUses the session is not revoked', async () => {
    const { third } = await spent(stage);
    expect(await refreshing(stage.host, third.refresh_token)).toEqual(EXHAUSTED);
    await use(stage.host, third);
    const ids = (await sessions(stage.host, third.access_token)).map(({ id }) => id);
    expect(ids).toContain(third.session_id);
  });

  it('a repeat within the grace period is not a use', async () => {
    const { second, third } = await spent(stage);
    expect((await refresh(stage.host, second.refresh_token)).refresh_token).toBe(
      third.refresh_token,
    );
  });

  it('a recovery counts as a use', async () => {
    const { refresh_token } = await login(stage.host);
    await refresh(stage.host, refresh_token);
    stage.host.clock.turn(PAST_GRACE);
    const found = await refresh(stage.host, refresh_token);
    expect(await refreshing(stage.host, found.refresh_token)).toEqual(EXHAUSTED);
    stage.host.clock.turn(PAST_GRACE);
    expect(await refreshing(stage.host, refresh_token)).toEqual(EXHAUSTED);
  });

  it('a spent token is reuse after maxUses too', async () => {
    const { second, third } = await spent(stage);
    await use(stage.host, third);
    stage.host.clock.turn(PAST_GRACE);
    expect(await refreshing(stage.host, second.refresh_token)).toEqual(REUSED);
    expect(await refreshing(stage.host, third.refresh_token)).toEqual(revokedFor('reuse'));
  });

  it('session_revoked wins over max_uses_reached', async () => {
    const { third } = await spent(stage);
    await logout(stage.host, third);
    expect(await refreshing(stage.host, third.refresh_token)).toEqual(revokedFor('logout'));
  });
});

onEveryHost({ auth: { maxSessions: 2 } }, (stage) => {
  it('the session idle longest is revoked to make room', async () => {
    const user = await newcomer(stage.host);
    const first = await login(stage.host, user);
    stage.host.clock.turn(1);
    const second = await login(stage.host, user);
    stage.host.clock.turn(1);
    const firstAgain = await refresh(stage.host, first.refresh_token);
    stage.host.clock.turn(1);
    const third = await login(stage.host, user);
    expect(await refreshing(stage.host, second.refresh_token)).toEqual(revokedFor('max_sessions'));
    expect((await me(stage.host, second.access_token)).status).toBe(401);
    expect(await isAlive(stage.host, firstAgain)).toBe(true);
    expect(await isAlive(stage.host, third)).toBe(true);
  });

  it.each([0, -5, -1020])(
    'the session just opened is never the one to go: the clock moved by %i s',
    async (seconds) => {
      const user = await newcomer(stage.host);
      const older = [await login(stage.host, user), await login(stage.host, user)];
      stage.host.clock.turn(seconds);
      for (let again = 0; again < 4; again += 1) {
        const newest = await login(stage.host, user);
        expect((await me(stage.host, newest.access_token)).status).toBe(200);
        older.push(newest);
      }
      const alive = await Promise.all(older.map((pair) => isAlive(stage.host, pair)));
      expect(alive).toEqual([false, false, false, false, true, true]);
    },
  );

  it('of simultaneous logins as many sessions live on as are allowed', async () => {
    const user = await newcomer(stage.host);
    const pairs = await Promise.all(Array.from({ length: 12 }, () => login(stage.host, user)));
    const alive = await Promise.all(pairs.map((pair) => isAlive(stage.host, pair)));
    expect(alive.filter(Boolean)).toHaveLength(2);
  });

  it("another user's sessions and ended ones take no room", async () => {
    const user = await newcomer(stage.host);
    const first = await login(stage.host, user);
    await logout(stage.host, await login(stage.host, user));
    await login(stage.host, await newcomer(stage.host));
    stage.host.clock.turn(1);
    const second = await login(stage.host, user);
    expect(await isAlive(stage.host, first)).toBe(true);
    expect(await isAlive(stage.host, second)).toBe(true);
  });
});
