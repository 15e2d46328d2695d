import { AuthEvents, type TokenPairBody } from 'nestjs-baton';
import { SeenTokens } from '../../src/sessions/seen-tokens.js';
import {
  type Stage,
  isAlive,
  login,
  logout,
  me,
  onEveryHost,
  refresh,
  refreshing,
  revokedFor,
  use,
} from './vocabulary.js';

const PAST_GRACE = 10;

/** The generations that were told of as reused while a scene is played. */
async function reusesDuring({ host }: Stage, scene: () => Promise<void>): Promise<number[]> {
  const generations: number[] = [];
  const events = host.app.get(AuthEvents).on('token.reused');
  const subscription = events.subscribe(({ generation }) => generations.push(generation));
  await scene();
  subscription.unsubscribe();
  return generations;
}

/** Every pair of a session: its login, two that recoveries took back, and the live one, which is in use. */
async function recovered({ host }: Stage): Promise<TokenPairBody[]> {
  const first = await login(host);
  const pairs = [first];
  for (let refreshes = 0; refreshes < 3; refreshes += 1) {
    host.clock.turn(PAST_GRACE);
    pairs.push(await refresh(host, first.refresh_token));
  }
  return pairs;
}

/** @see issue 11 */
onEveryHost({}, (stage) => {
  it.each([
    ['the live token', 3, 0, false, []],
    ['the parent within the grace period', 0, 0, false, []],
    ['the parent within the grace period, its successor in use', 0, 0, true, []],
    ['the parent of a successor that nobody used', 0, PAST_GRACE, false, []],
    ['the parent of a successor in use', 0, PAST_GRACE, true, [0]],
    ['a withdrawn token', 1, 0, false, [1]],
    ['a withdrawn token, later', 2, PAST_GRACE, true, [2]],
  ])(
    'a logout with %s ends the session and tells of theft or not',
    async (_what, which, waits, uses, told) => {
      const pairs = await recovered(stage);
      const [live, leaving] = [pairs[3], pairs[which]];
      if (live === undefined || leaving === undefined) throw new Error('There are four pairs');
      if (uses) await use(stage.host, live);
      stage.host.clock.turn(waits);
      const reuses = await reusesDuring(stage, () => logout(stage.host, leaving));
      expect(reuses).toEqual(told);
      expect(await refreshing(stage.host, live.refresh_token)).toEqual(revokedFor('logout'));
    },
  );

  it('a logout with an older token tells of theft once, however often it is sent', async () => {
    const first = await login(stage.host);
    const second = await refresh(stage.host, first.refresh_token);
    await refresh(stage.host, second.refresh_token);
    const reuses = await reusesDuring(stage, async () => {
      await logout(stage.host, first);
      await logout(stage.host, first);
    });
    expect(reuses).toEqual([0]);
  });

  it('a logout of a session that has been left before tells nothing', async () => {
    const first = await login(stage.host);
    const second = await refresh(stage.host, first.refresh_token);
    const third = await refresh(stage.host, second.refresh_token);
    await logout(stage.host, third);
    expect(await reusesDuring(stage, () => logout(stage.host, first))).toEqual([]);
  });

  it.each([
    ['of the live pair', 3, []],
    ['of an earlier refresh', 0, []],
    ['of a withdrawn pair', 1, [1]],
  ])('a logout with the access token %s tells of theft or not', async (_what, which, told) => {
    const pairs = await recovered(stage);
    const token = pairs[which]?.access_token ?? '';
    const reuses = await reusesDuring(stage, async () => {
      const request = stage.host.http().post('/auth/logout');
      expect((await request.auth(token, { type: 'bearer' })).status).toBe(204);
      await stage.host.app.get(SeenTokens).flush();
    });
    expect(reuses).toEqual(told);
    expect((await me(stage.host, token)).status).toBe(401);
  });
});

onEveryHost({ auth: { maxRecoveries: 1 } }, (stage) => {
  it('a logout with the parent of what nobody used is none of theft, however often it was recovered', async () => {
    const first = await login(stage.host);
    for (let refreshes = 0; refreshes < 2; refreshes += 1) {
      await refresh(stage.host, first.refresh_token);
      stage.host.clock.turn(PAST_GRACE);
    }
    expect(await reusesDuring(stage, () => logout(stage.host, first))).toEqual([]);
    expect(await refreshing(stage.host, first.refresh_token)).toEqual(revokedFor('logout'));
  });
});

onEveryHost({ auth: { reuseScope: 'user' } }, (stage) => {
  it("with reuseScope user theft seen at a logout ends the user's other sessions for reuse", async () => {
    const other = await login(stage.host);
    const bobs = await login(stage.host, { username: 'bob' });
    const first = await login(stage.host);
    const second = await refresh(stage.host, first.refresh_token);
    await refresh(stage.host, second.refresh_token);
    expect(await reusesDuring(stage, () => logout(stage.host, first))).toEqual([0]);
    expect(await refreshing(stage.host, other.refresh_token)).toEqual(revokedFor('reuse'));
    expect(await isAlive(stage.host, bobs)).toBe(true);
  });

  it("with reuseScope user an honest logout ends none of the user's other sessions", async () => {
    const other = await login(stage.host);
    await logout(stage.host, await login(stage.host));
    expect(await isAlive(stage.host, other)).toBe(true);
  });
});
