import type { ActivityBody, EndedSessionsBody, TokenPairBody } from 'nestjs-baton';
import {
  MISSING_ACCESS,
  REVOKED,
  UNAVAILABLE,
  answer,
  error,
  login,
  logout,
  newcomer,
  pairIn,
  postLogin,
  refresh,
  refreshing,
} from '../contract/vocabulary.js';
import { type Host, startHost } from '../host/start-host.js';
import { flush, onEveryAuditHost } from './audit-host.js';

const inIso = (ms: number): string => new Date(ms).toISOString();

function getAs(host: Host, { access_token }: TokenPairBody, path: string) {
  return host.http().get(`/auth/${path}`).auth(access_token, { type: 'bearer' });
}

async function activity(host: Host, pair: TokenPairBody, query = ''): Promise<ActivityBody> {
  await flush(host);
  const { status, body } = await getAs(host, pair, `activity${query}`);
  if (status !== 200) throw new Error(`The activity answered ${status}`);
  return body;
}

async function ended(host: Host, pair: TokenPairBody): Promise<EndedSessionsBody['sessions']> {
  const { body } = await getAs(host, pair, 'sessions/ended');
  return body.sessions;
}

/** With refreshes kept, so that it is seen that none is shown. @see issue 16 */
onEveryAuditHost({ auth: { auditRefreshes: true } }, (started) => {
  it("GET /auth/activity lists the user's own events, the latest first", async () => {
    const host = started();
    const user = await newcomer(host);
    const openedAtMs = host.clock.nowMs();
    const first = pairIn(
      await postLogin(host, { ...user, device_name: 'phone' }).set('User-Agent', 'Phone/1.0'),
    );
    host.clock.turn(60);
    const second = pairIn(await postLogin(host, user).set('User-Agent', 'Laptop/2.0'));
    await logout(host, first);
    const common = { id: expect.any(String), ip: '127.0.0.1', reason: null, known_before: null };
    const phone = { ...common, user_agent: 'Phone/1.0', device_name: 'phone' };
    const laptop = { ...common, user_agent: 'Laptop/2.0', device_name: null };
    expect(await activity(host, second)).toEqual({
      events: [
        {
          ...phone,
          type: 'session.revoked',
          at: inIso(openedAtMs + 60_000),
          session_id: first.session_id,
          current: false,
          reason: 'logout',
        },
        {
          ...laptop,
          type: 'session.opened',
          at: inIso(openedAtMs + 60_000),
          session_id: second.session_id,
          current: true,
          known_before: false,
        },
        {
          ...phone,
          type: 'session.opened',
          at: inIso(openedAtMs),
          session_id: first.session_id,
          current: false,
          known_before: false,
        },
      ],
      next_cursor: null,
    });
  });

  it("another user's events are not listed", async () => {
    const host = started();
    await login(host, await newcomer(host));
    const mine = await login(host, await newcomer(host));
    const { events } = await activity(host, mine);
    expect(events.map(({ session_id }) => session_id)).toEqual([mine.session_id]);
  });

  it('pages follow each other by their cursor, and what happens meanwhile moves none of them', async () => {
    const host = started();
    const user = await newcomer(host);
    const ids: string[] = [];
    for (let number = 0; number < 5; number += 1) {
      host.clock.turn(1);
      ids.unshift((await login(host, user)).session_id);
    }
    const reader = await login(host, user);
    const seen: (string | null)[] = [];
    let page = await activity(host, reader, '?limit=2');
    for (; page.next_cursor !== null;) {
      seen.push(...page.events.map(({ session_id }) => session_id));
      await login(host, user);
      page = await activity(host, reader, `?limit=2&cursor=${page.next_cursor}`);
    }
    seen.push(...page.events.map(({ session_id }) => session_id));
    expect(seen).toEqual([reader.session_id, ...ids]);
  });

  it("a cursor of somebody else's shows nothing but one's own", async () => {
    const host = started();
    const mine = await login(host, await newcomer(host));
    host.clock.turn(1);
    const other = await login(host, await newcomer(host));
    const [theirs] = (await activity(host, other)).events;
    const { events } = await activity(host, mine, `?cursor=${theirs?.id}`);
    expect(events.map(({ session_id }) => session_id)).toEqual([mine.session_id]);
  });

  it('an old access token reads nothing of the refreshes of its session', async () => {
    const host = started();
    const copied = await login(host, await newcomer(host));
    const before = await activity(host, copied);
    host.clock.turn(60);
    await refresh(host, copied.refresh_token);
    expect(await activity(host, copied)).toEqual(before);
  });

  it.each(['limit=0', 'limit=101', 'limit=ten', 'limit=', 'limit=1&limit=2'])(
    '%s is refused in a sentence',
    async (query) => {
      const host = started();
      const pair = await login(host);
      const refused = await answer(getAs(host, pair, `activity?${query}`));
      const takes = 'limit takes a whole number from 1 to 100';
      expect(refused).toEqual(error(400, 'invalid_request', takes));
    },
  );

  it.each(['cursor=', 'cursor=7', "cursor='%20OR%201=1", 'cursor=a&cursor=b'])(
    '%s is refused in a sentence',
    async (query) => {
      const host = started();
      const pair = await login(host);
      const refused = await answer(getAs(host, pair, `activity?${query}`));
      const takes = 'cursor takes the next_cursor of an earlier answer';
      expect(refused).toEqual(error(400, 'invalid_request', takes));
    },
  );

  it('is guarded, and kept by no cache', async () => {
    const host = started();
    for (const path of ['activity', 'sessions/ended']) {
      expect(await answer(host.http().get(`/auth/${path}`))).toEqual(MISSING_ACCESS);
      const pair = await login(host);
      const { headers } = await getAs(host, pair, path);
      expect(headers['cache-control']).toBe('no-store');
      await logout(host, pair);
      expect(await answer(getAs(host, pair, path))).toEqual(REVOKED);
    }
  });

  it('GET /auth/sessions/ended lists how sessions ended, the latest first', async () => {
    const host = started();
    const user = await newcomer(host);
    const forgotten = pairIn(
      await postLogin(host, { ...user, device_name: 'tablet' }).set('User-Agent', 'Tablet/1.0'),
    );
    const forgottenAtMs = host.clock.nowMs();
    host.clock.turn(7 * 86_400);
    const stolen = await login(host, user);
    host.clock.turn(60);
    await refresh(host, (await refresh(host, stolen.refresh_token)).refresh_token);
    await refreshing(host, stolen.refresh_token);
    const reader = await login(host, user);
    const reusedAtMs = host.clock.nowMs();
    expect(await ended(host, reader)).toEqual([
      {
        id: stolen.session_id,
        created_at: inIso(reusedAtMs - 60_000),
        ended_at: inIso(reusedAtMs),
        reason: 'reuse',
        ip: '127.0.0.1',
        user_agent: null,
        device_name: null,
      },
      {
        id: forgotten.session_id,
        created_at: inIso(forgottenAtMs),
        ended_at: inIso(forgottenAtMs + 7 * 86_400_000),
        reason: 'expired',
        ip: '127.0.0.1',
        user_agent: 'Tablet/1.0',
        device_name: 'tablet',
      },
    ]);
  });

  it("another user's ended sessions are not listed", async () => {
    const host = started();
    await logout(host, await login(host, await newcomer(host)));
    expect(await ended(host, await login(host, await newcomer(host)))).toEqual([]);
  });

  it('while the table is away the answer is 503, and the sessions go on', async () => {
    const host = started();
    const pair = await login(host);
    await flush(host);
    await host.dataSource.query('ALTER TABLE auth_events RENAME TO auth_events_away');
    expect(await answer(getAs(host, pair, 'activity'))).toEqual(UNAVAILABLE);
    await host.dataSource.query('ALTER TABLE auth_events_away RENAME TO auth_events');
    expect((await getAs(host, pair, 'me')).status).toBe(200);
  });
});

describe('a host without audit', () => {
  it('has neither of the two routes', async () => {
    const host = await startHost();
    const pair = await login(host);
    for (const path of ['activity', 'sessions/ended']) {
      expect((await getAs(host, pair, path)).status).toBe(404);
    }
    await host.close();
  });
});
