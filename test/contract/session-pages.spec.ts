import { AuthService, type TokenPairBody } from 'nestjs-baton';
import * as v from 'valibot';
import { addSessionsLike } from './session-rows.js';
import {
  type Stage,
  answer,
  login,
  logout,
  newcomer,
  onEveryHost,
  refresh,
  rowOf,
} from './vocabulary.js';

const DAY_MS = 86_400_000;

const pageSchema = v.strictObject({
  sessions: v.array(v.looseObject({ id: v.string(), current: v.boolean() })),
  next_cursor: v.optional(v.string()),
});

const asking = ({ host }: Stage, { access_token }: TokenPairBody, query = '') =>
  answer(host.http().get(`/auth/sessions${query}`).auth(access_token, { type: 'bearer' }));

async function pageOf(stage: Stage, pair: TokenPairBody, query?: string) {
  const { sessions, next_cursor: next } = v.parse(
    pageSchema,
    (await asking(stage, pair, query)).body,
  );
  return { ids: sessions.map(({ id }) => id), next };
}

/** The ids of each page, by the cursor of the one before. */
async function pagesOf(stage: Stage, pair: TokenPairBody, limit: number): Promise<string[][]> {
  let page = await pageOf(stage, pair, `?limit=${limit}`);
  const pages = [page.ids];
  while (page.next !== undefined) {
    page = await pageOf(stage, pair, `?limit=${limit}&cursor=${page.next}`);
    pages.push(page.ids);
  }
  return pages;
}

/** Five logins of somebody, a second apart; the third one asks. */
async function fiveOf(stage: Stage) {
  const user = await newcomer(stage.host);
  const loginNow = async () => {
    stage.host.clock.turn(1);
    return login(stage.host, user);
  };
  const [a, b, asks] = [await loginNow(), await loginNow(), await loginNow()];
  return { user, a, b, asks, d: await loginNow(), e: await loginNow() };
}

const REFUSED = {
  status: 400,
  body: { error: 'invalid_request', error_description: expect.stringMatching(/^(limit|cursor) /) },
};

/** @see issue 15: 100,000 sessions were an answer of 23 MiB */
onEveryHost({}, (stage) => {
  it('a page has as many sessions as limit says, the one that asks first, and each is on one page', async () => {
    const { a, b, asks, d, e } = await fiveOf(stage);
    const order = [asks, e, d, b, a].map(({ session_id }) => session_id);
    stage.host.clock.turn(1);
    for (const limit of [1, 2, 3, 4]) {
      const pages = await pagesOf(stage, asks, limit);
      expect(pages.flat()).toEqual(order);
      expect(pages.slice(0, -1).every(({ length }) => length === limit)).toBe(true);
    }
    expect(await pagesOf(stage, asks, 5)).toEqual([order]);
  });

  it('the last page has no next_cursor, and neither has a list that is short', async () => {
    const { asks } = await fiveOf(stage);
    const { body } = await asking(stage, asks);
    expect(Object.keys(Object(body))).toEqual(['sessions']);
  });

  it('what is opened, used or ended between two pages shows no other session twice, and hides none', async () => {
    const { user, a, b, asks, d, e } = await fiveOf(stage);
    stage.host.clock.turn(1);
    const first = await pageOf(stage, asks, '?limit=2');
    expect(first.ids).toEqual([asks.session_id, e.session_id]);
    await login(stage.host, user);
    await refresh(stage.host, e.refresh_token);
    await logout(stage.host, d);
    await refresh(stage.host, asks.refresh_token);
    const rest = await pageOf(stage, asks, `?limit=5&cursor=${first.next}`);
    expect(rest.ids).toEqual([b.session_id, a.session_id]);
  });

  it('sessions of the same millisecond are each on one page', async () => {
    const pair = await login(stage.host, await newcomer(stage.host));
    await addSessionsLike(stage.host, pair, 7, () => ({}));
    const ids = (await pagesOf(stage, pair, 2)).flat();
    expect(new Set(ids).size).toBe(8);
    expect(ids).toHaveLength(8);
    await stage.host.app.get(AuthService).revokeSessions((await rowOf(stage.host, pair)).userId);
  });

  it('a page has 100 sessions where nothing is asked for', async () => {
    const pair = await login(stage.host, await newcomer(stage.host));
    const { rotatedAtMs, userId } = await rowOf(stage.host, pair);
    const gone = (index: number) => index % 2 === 0 && { expiresAtMs: rotatedAtMs };
    await addSessionsLike(stage.host, pair, 300, (index) => ({
      id: `0192f0c1-0000-7000-9000-${String(index).padStart(12, '0')}`,
      rotatedAtMs: rotatedAtMs - index,
      ...gone(index),
    }));
    const first = await pageOf(stage, pair);
    const second = await pageOf(stage, pair, `?cursor=${first.next}`);
    expect([first.ids[0], first.ids.length]).toEqual([pair.session_id, 100]);
    expect([second.ids.length, second.next]).toEqual([51, undefined]);
    const auth = stage.host.app.get(AuthService);
    expect(await auth.sessions(userId)).toHaveLength(151);
    const page = await auth.sessionPage(userId, null, { limit: 100 });
    expect(page.sessions.map(({ current }) => current)).not.toContain(true);
    expect(page.nextCursor).not.toBeNull();
  });

  it.each([
    'limit=0',
    'limit=101',
    'limit=-1',
    'limit=1.5',
    'limit=ten',
    'limit=',
    'limit=1&limit=2',
    'limit=9999999999999999999',
    'cursor=',
    'cursor=rubbish',
    `cursor=${Buffer.from('1 ').toString('base64url')}`,
    `cursor=${Buffer.from('1e3 0192f0c1').toString('base64url')}`,
    `cursor=${Buffer.from(`1 ${'a'.repeat(37)}`).toString('base64url')}`,
    `cursor=${Buffer.from('1 0192f0c1').toString('base64url')}%3D`,
    'cursor=a&cursor=b',
  ])('?%s is invalid_request', async (query) => {
    const pair = await login(stage.host, await newcomer(stage.host));
    expect(await asking(stage, pair, `?${query}`)).toEqual(REFUSED);
  });

  it("another user's cursor opens nothing of theirs", async () => {
    const { asks } = await fiveOf(stage);
    const { next } = await pageOf(stage, asks, '?limit=2');
    const mine = await login(stage.host, await newcomer(stage.host));
    expect((await pageOf(stage, mine, `?cursor=${next}`)).ids).toEqual([]);
  });
});

onEveryHost({ auth: { refreshTtl: '1d', sessionTtl: '2d' } }, (stage) => {
  it('a page is not shorter for sessions that are over since the lifetimes were shortened', async () => {
    const pair = await login(stage.host, await newcomer(stage.host));
    const { rotatedAtMs } = await rowOf(stage.host, pair);
    const later = { expiresAtMs: rotatedAtMs + DAY_MS, absoluteExpiresAtMs: rotatedAtMs + DAY_MS };
    const over = [
      { rotatedAtMs: rotatedAtMs - DAY_MS },
      { rotatedAtMs: rotatedAtMs - 1, createdAtMs: rotatedAtMs - 2 * DAY_MS },
      { rotatedAtMs: rotatedAtMs - 2 },
    ];
    await addSessionsLike(stage.host, pair, 3, (index) => ({ ...later, ...over[index] }));
    const { ids, next } = await pageOf(stage, pair, '?limit=2');
    expect({ length: ids.length, next }).toEqual({ length: 2, next: undefined });
  });
});
