import { AuthEvents, RefreshToken } from 'nestjs-baton';
import { decode } from './jwt.js';
import {
  INVALID_REFRESH,
  REUSED,
  type Stage,
  isAlive,
  login,
  onEveryHost,
  refresh,
  refreshing,
  rowOf,
  use,
} from './vocabulary.js';

/** Writes a row back as it was, as a restored backup does. */
async function restore({ host }: Stage, { id, ...fields }: RefreshToken): Promise<void> {
  await host.dataSource.getRepository(RefreshToken).update({ id }, fields);
}

/** A session whose row has lost its last two rotations. */
async function sessionThatLostWrites(stage: Stage) {
  const first = await login(stage.host);
  const backup = await rowOf(stage.host, first);
  const second = await refresh(stage.host, first.refresh_token);
  const third = await refresh(stage.host, second.refresh_token);
  await restore(stage, backup);
  return { first, second, third };
}

onEveryHost({}, (stage) => {
  it('a genuine token newer than the row is accepted: the database lost a write', async () => {
    const { third } = await sessionThatLostWrites(stage);
    const how: string[] = [];
    const refreshes = stage.host.app.get(AuthEvents).on('session.refreshed');
    const subscription = refreshes.subscribe((event) => how.push(event.how));
    const fourth = await refresh(stage.host, third.refresh_token);
    subscription.unsubscribe();
    expect(how).toEqual(['advance']);
    expect(decode(fourth.refresh_token).claims['gen']).toBe(3);
    expect(await isAlive(stage.host, fourth)).toBe(true);
  });

  it('after a lost write the grace period holds as ever', async () => {
    const { third } = await sessionThatLostWrites(stage);
    const fourth = await refresh(stage.host, third.refresh_token);
    const repeated = await refresh(stage.host, third.refresh_token);
    expect(repeated.refresh_token).toBe(fourth.refresh_token);
  });

  it('after a lost write an older token is reuse as ever', async () => {
    const { second, third } = await sessionThatLostWrites(stage);
    await use(stage.host, await refresh(stage.host, third.refresh_token));
    expect(await refreshing(stage.host, second.refresh_token)).toEqual(REUSED);
  });

  it('a token of the live generation that is not the live one is reuse: a fork', async () => {
    const { first, second } = await sessionThatLostWrites(stage);
    const forked = await refresh(stage.host, first.refresh_token);
    expect(await refreshing(stage.host, second.refresh_token)).toEqual(REUSED);
    expect(await isAlive(stage.host, forked)).toBe(false);
  });
});

onEveryHost({ auth: { recoverLostWrites: false } }, (stage) => {
  it('with recoverLostWrites off a token newer than the row is invalid_token', async () => {
    const { first, third } = await sessionThatLostWrites(stage);
    expect(await refreshing(stage.host, third.refresh_token)).toEqual(INVALID_REFRESH);
    expect(await isAlive(stage.host, await refresh(stage.host, first.refresh_token))).toBe(true);
  });
});
