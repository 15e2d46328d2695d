import { AuthService } from 'nestjs-baton';
import { SeenTokens } from '../../src/sessions/seen-tokens.js';
import { REUSED, login, onEveryHost, refresh, refreshing, rowOf, use } from './vocabulary.js';

const PAST_GRACE = 10;

/** @see issue 11 */
onEveryHost({}, (stage) => {
  it('a token that AuthService.confirm tells of counts as received', async () => {
    const { refresh_token, session_id } = await login(stage.host);
    const next = await refresh(stage.host, refresh_token);
    stage.host.app.get(AuthService).confirm(session_id, 1);
    await stage.host.app.get(SeenTokens).flush();
    expect((await rowOf(stage.host, next)).confirmedAtMs).toBe(stage.host.clock.nowMs());
    stage.host.clock.turn(PAST_GRACE);
    expect(await refreshing(stage.host, refresh_token)).toEqual(REUSED);
  });

  it('one of another generation does not', async () => {
    const { refresh_token, session_id } = await login(stage.host);
    await refresh(stage.host, refresh_token);
    stage.host.app.get(AuthService).confirm(session_id, 0);
    stage.host.clock.turn(PAST_GRACE);
    expect((await refreshing(stage.host, refresh_token)).status).toBe(200);
  });
});

/** @see issue 11 */
onEveryHost({}, (stage) => {
  it('the pair of a login has no parent: nothing is written down of its use', async () => {
    const first = await login(stage.host);
    await use(stage.host, first);
    await stage.host.app.get(SeenTokens).flush();
    expect((await rowOf(stage.host, first)).confirmedAtMs).toBeNull();
  });
});

/** @see issue 11 */
onEveryHost({ auth: { recovery: false } }, (stage) => {
  it('where nothing is recovered nothing is written down of what was seen in use', async () => {
    const { refresh_token } = await login(stage.host);
    const next = await refresh(stage.host, refresh_token);
    await use(stage.host, next);
    await stage.host.app.get(SeenTokens).flush();
    expect((await rowOf(stage.host, next)).confirmedAtMs).toBeNull();
  });
});
