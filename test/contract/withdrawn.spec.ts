import { AuthEvents, type TokenReusedEvent } from 'nestjs-baton';
import { SeenTokens } from '../../src/sessions/seen-tokens.js';
import {
  REVOKED,
  eventually,
  isAlive,
  login,
  me,
  onEveryHost,
  refresh,
  refreshing,
  revokedFor,
  use,
} from './vocabulary.js';

/** What a real timer does within a second may be seen a little later on a machine that is busy. */
const A_SECOND_MS = 1000 + 1000;
const PAST_GRACE = 10;

/** @see issue 11 */
onEveryHost({}, (stage) => {
  it.each([
    ['before the owner comes back', false],
    ['after the owner has gone on', true],
  ])('the access token of a withdrawn successor ends the session %s', async (_when, goesOn) => {
    const { refresh_token } = await login(stage.host);
    const withdrawn = await refresh(stage.host, refresh_token);
    stage.host.clock.turn(PAST_GRACE);
    let live = await refresh(stage.host, refresh_token);
    await use(stage.host, live);
    if (goesOn) {
      stage.host.clock.turn(PAST_GRACE);
      live = await refresh(stage.host, live.refresh_token);
      live = await refresh(stage.host, live.refresh_token);
    }
    const reuses: TokenReusedEvent[] = [];
    const events = stage.host.app.get(AuthEvents).on('token.reused');
    const subscription = events.subscribe((event) => reuses.push(event));
    await use(stage.host, withdrawn);
    await eventually(
      A_SECOND_MS,
      async () => (await me(stage.host, live.access_token)).status === 401,
    );
    subscription.unsubscribe();
    expect(reuses).toEqual([expect.objectContaining({ generation: 1, userId: '1' })]);
    expect(await me(stage.host, withdrawn.access_token)).toEqual(REVOKED);
    expect(await refreshing(stage.host, live.refresh_token)).toEqual(revokedFor('reuse'));
  });

  it('access tokens of earlier refreshes are used beside the newest, and nobody is accused', async () => {
    const first = await login(stage.host);
    const second = await refresh(stage.host, first.refresh_token);
    const third = await refresh(stage.host, second.refresh_token);
    const fourth = await refresh(stage.host, third.refresh_token);
    for (const pair of [first, second, third, fourth]) await use(stage.host, pair);
    await stage.host.app.get(SeenTokens).flush();
    expect(await isAlive(stage.host, fourth)).toBe(true);
  });
});

onEveryHost({ auth: { reuseScope: 'user' } }, (stage) => {
  it('with reuseScope user the access token of a withdrawn successor ends every session', async () => {
    const other = await login(stage.host);
    const { refresh_token } = await login(stage.host);
    const withdrawn = await refresh(stage.host, refresh_token);
    stage.host.clock.turn(PAST_GRACE);
    await refresh(stage.host, refresh_token);
    await use(stage.host, withdrawn);
    await stage.host.app.get(SeenTokens).flush();
    expect(await refreshing(stage.host, other.refresh_token)).toEqual(revokedFor('reuse'));
  });
});
