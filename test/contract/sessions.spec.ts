import { AuthService } from 'nestjs-baton';
import { decode } from './jwt.js';
import {
  NO_SESSION,
  REVOKED,
  type Stage,
  answer,
  isAlive,
  login,
  logout,
  me,
  newcomer,
  onEveryHost,
  pairIn,
  postLogin,
  refresh,
  refreshing,
  revokedFor,
  sessions,
} from './vocabulary.js';

function deleting({ host }: Stage, accessToken: string, id: string) {
  const request = host.http().delete(`/auth/sessions/${id}`);
  return answer(request.auth(accessToken, { type: 'bearer' }));
}

const inIso = (ms: number): string => new Date(ms).toISOString();

onEveryHost({}, (stage) => {
  it("GET /auth/sessions lists the user's live sessions with exactly the fields of the contract", async () => {
    const user = await newcomer(stage.host);
    const openedAtMs = stage.host.clock.nowMs();
    const phone = pairIn(
      await postLogin(stage.host, { ...user, device_name: "Ann's phone" }).set(
        'User-Agent',
        'Phone/1.0',
      ),
    );
    stage.host.clock.turn(60);
    const laptop = pairIn(await postLogin(stage.host, user).set('User-Agent', 'Laptop/2.0'));
    const common = { ip: '127.0.0.1' };
    expect(await sessions(stage.host, phone.access_token)).toEqual([
      {
        ...common,
        id: laptop.session_id,
        current: false,
        created_at: inIso(openedAtMs + 60_000),
        last_used_at: inIso(openedAtMs + 60_000),
        expires_at: inIso(openedAtMs + 60_000 + 604_800_000),
        user_agent: 'Laptop/2.0',
        device_name: null,
      },
      {
        ...common,
        id: phone.session_id,
        current: true,
        created_at: inIso(openedAtMs),
        last_used_at: inIso(openedAtMs + 60_000),
        expires_at: inIso(openedAtMs + 604_800_000),
        user_agent: 'Phone/1.0',
        device_name: "Ann's phone",
      },
    ]);
  });

  it('a refresh moves last_used_at and expires_at, and leaves created_at', async () => {
    const user = await newcomer(stage.host);
    const openedAtMs = stage.host.clock.nowMs();
    const first = await login(stage.host, user);
    stage.host.clock.turn(3600);
    const second = await refresh(stage.host, first.refresh_token);
    expect(await sessions(stage.host, second.access_token)).toMatchObject([
      {
        id: first.session_id,
        created_at: inIso(openedAtMs),
        last_used_at: inIso(openedAtMs + 3_600_000),
        expires_at: inIso(openedAtMs + 3_600_000 + 604_800_000),
      },
    ]);
  });

  it('the last refresh of another session moves it to the front of those that do not ask', async () => {
    const user = await newcomer(stage.host);
    const asking = await login(stage.host, user);
    const phone = await login(stage.host, user);
    stage.host.clock.turn(1);
    const laptop = await login(stage.host, user);
    stage.host.clock.turn(1);
    await refresh(stage.host, phone.refresh_token);
    stage.host.clock.turn(1);
    const listed = await sessions(stage.host, asking.access_token);
    const ids = [asking, phone, laptop].map(({ session_id }) => session_id);
    expect(listed.map(({ id }) => id)).toEqual(ids);
    expect(listed[1]?.last_used_at).toBe(inIso(stage.host.clock.nowMs() - 1000));
  });

  /** @see issue 11 */
  it('an old access token reads nothing of the refreshes of its session', async () => {
    const user = await newcomer(stage.host);
    const copied = await login(stage.host, user);
    stage.host.clock.turn(60);
    await login(stage.host, user);
    stage.host.clock.turn(60);
    const before = await sessions(stage.host, copied.access_token);
    const second = await refresh(stage.host, copied.refresh_token);
    expect(await sessions(stage.host, copied.access_token)).toEqual(before);
    stage.host.clock.turn(60);
    await refresh(stage.host, second.refresh_token);
    const nowMs = stage.host.clock.nowMs();
    const [current, ...others] = await sessions(stage.host, copied.access_token);
    expect([current, ...others]).toEqual([
      { ...before[0], last_used_at: inIso(nowMs) },
      ...before.slice(1),
    ]);
    expect(current).toMatchObject({
      current: true,
      expires_at: inIso(nowMs - 180_000 + 604_800_000),
    });
  });

  it('AuthService.sessions shows what a user may see and nothing that opens or tells more', async () => {
    const user = await newcomer(stage.host);
    const pair = await login(stage.host, user);
    await refresh(stage.host, pair.refresh_token);
    const { sub } = decode(pair.access_token).claims;
    const [session] = await stage.host.app.get(AuthService).sessions(String(sub));
    const at = stage.host.clock.nowMs();
    expect(session).toEqual({
      id: pair.session_id,
      current: false,
      createdAtMs: at,
      lastUsedAtMs: at,
      expiresAtMs: at + 604_800_000,
      ip: '127.0.0.1',
      userAgent: null,
      deviceName: null,
    });
  });

  it('a session that was revoked or has expired is not listed', async () => {
    const user = await newcomer(stage.host);
    await login(stage.host, user);
    stage.host.clock.turn(7 * 86_400);
    const live = await login(stage.host, user);
    await logout(stage.host, await login(stage.host, user));
    const listed = await sessions(stage.host, live.access_token);
    expect(listed.map(({ id }) => id)).toEqual([live.session_id]);
  });

  it("another user's sessions are not listed", async () => {
    const user = await newcomer(stage.host);
    const mine = await login(stage.host, user);
    await login(stage.host, await newcomer(stage.host));
    expect(await sessions(stage.host, mine.access_token)).toHaveLength(1);
  });

  it("DELETE /auth/sessions/:id revokes one of the user's own sessions", async () => {
    const mine = await login(stage.host);
    const other = await login(stage.host);
    const gone = await deleting(stage, mine.access_token, other.session_id);
    expect(gone).toEqual({ status: 204, body: {} });
    expect(await me(stage.host, other.access_token)).toEqual(REVOKED);
    expect(await refreshing(stage.host, other.refresh_token)).toEqual(revokedFor('logout'));
    expect(await isAlive(stage.host, mine)).toBe(true);
  });

  it('its id is the same in capitals', async () => {
    const mine = await login(stage.host);
    const other = await login(stage.host);
    const id = other.session_id.toUpperCase();
    expect((await deleting(stage, mine.access_token, id)).status).toBe(204);
    expect(await me(stage.host, other.access_token)).toEqual(REVOKED);
  });

  it('a session may revoke itself', async () => {
    const mine = await login(stage.host);
    expect((await deleting(stage, mine.access_token, mine.session_id)).status).toBe(204);
    expect(await me(stage.host, mine.access_token)).toEqual(REVOKED);
  });

  it("another user's session is not_found and unharmed", async () => {
    const mine = await login(stage.host);
    const bobs = await login(stage.host, { username: 'bob' });
    expect(await deleting(stage, mine.access_token, bobs.session_id)).toEqual(NO_SESSION);
    expect(await isAlive(stage.host, bobs)).toBe(true);
  });

  it('a session that was revoked before is not_found', async () => {
    const mine = await login(stage.host);
    const other = await login(stage.host);
    await logout(stage.host, other);
    expect(await deleting(stage, mine.access_token, other.session_id)).toEqual(NO_SESSION);
  });

  it('a session that has expired is not_found', async () => {
    const old = await login(stage.host);
    stage.host.clock.turn(7 * 86_400);
    const mine = await login(stage.host);
    expect(await deleting(stage, mine.access_token, old.session_id)).toEqual(NO_SESSION);
  });

  it.each([
    ['an unknown id', '0192f0c1-0000-7000-8000-000000000000'],
    ['rubbish', 'rubbish'],
    ['a number', '1'],
    ['a NUL', '%00'],
    ['an id with a NUL behind it', '0192f0c1-0000-7000-8000-000000000000%00'],
    ['an injection', "'%20OR%20'1'='1"],
    ['a wildcard', '%25'],
    ['a path', '..%2F..%2Fme'],
    ['a letter of four bytes', '%F0%9F%94%91'],
    ['an id that is far too long', 'a'.repeat(90)],
  ])('%s is not_found, and the answer does not repeat it', async (_what, id) => {
    const mine = await login(stage.host);
    expect(await deleting(stage, mine.access_token, id)).toEqual(NO_SESSION);
    expect(await isAlive(stage.host, mine)).toBe(true);
  });
});

onEveryHost({ auth: { sessionTtl: '1d' } }, (stage) => {
  it('expires_at is the earlier of the idle and the absolute end', async () => {
    const openedAtMs = stage.host.clock.nowMs();
    const first = await login(stage.host);
    stage.host.clock.turn(3600);
    const { access_token } = await refresh(stage.host, first.refresh_token);
    const [session] = await sessions(stage.host, access_token);
    expect(session?.expires_at).toBe(inIso(openedAtMs + 86_400_000));
  });
});
