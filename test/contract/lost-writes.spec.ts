import { jest } from '@jest/globals';
import { AuthEvents, RefreshToken, type TokenPairBody } from 'nestjs-baton';
import { RefreshTokenStore } from '../../src/sessions/refresh-token.store.js';
import { decode } from './jwt.js';
import {
  INVALID_REFRESH,
  REUSED,
  REVOKED,
  type Stage,
  isAlive,
  login,
  logout,
  me,
  onEveryHost,
  pairIn,
  refresh,
  refreshing,
  revokedFor,
  rowOf,
  storm,
  use,
} from './vocabulary.js';

/** Writes a row back as it was, as a restored backup does. */
async function restore({ host }: Stage, { id, ...fields }: RefreshToken): Promise<void> {
  await host.dataSource.getRepository(RefreshToken).update({ id }, fields);
}

/** Takes a row away, as a standby does that has not heard of the login. */
async function lose({ host }: Stage, { session_id: id }: TokenPairBody): Promise<void> {
  await host.dataSource.getRepository(RefreshToken).delete({ id });
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

  it('a reuse whose session a standby takes away before it is revoked is judged anew: nothing was', async () => {
    const { first, second } = await sessionThatLostWrites(stage);
    await refresh(stage.host, first.refresh_token);
    const store = stage.host.app.get(RefreshTokenStore);
    const revoke = store.revoke.bind(store);
    jest.spyOn(store, 'revoke').mockImplementationOnce(async (...asked) => {
      await lose(stage, first);
      return revoke(...asked);
    });
    expect(await isAlive(stage.host, await refresh(stage.host, second.refresh_token))).toBe(true);
  });
});

/** @see issue 15 */
onEveryHost({}, (stage) => {
  it('a revocation that the database lost is kept by the instance that made it, and written again', async () => {
    const pair = await login(stage.host);
    const backup = await rowOf(stage.host, pair);
    await logout(stage.host, pair);
    await restore(stage, backup);
    expect(await refreshing(stage.host, pair.refresh_token)).toEqual(revokedFor('logout'));
    expect(await me(stage.host, pair.access_token)).toEqual(REVOKED);
    expect(await rowOf(stage.host, pair)).toMatchObject({ revokedReason: 'logout' });
  });

  it('a login that the database lost is restored from any genuine token of it', async () => {
    const first = await login(stage.host);
    const before = await rowOf(stage.host, first);
    const second = await refresh(stage.host, first.refresh_token);
    await lose(stage, first);
    const third = await refresh(stage.host, second.refresh_token);
    expect(decode(third.refresh_token).claims['gen']).toBe(2);
    const { id, userId, createdAtMs, absoluteExpiresAtMs } = before;
    const after = await rowOf(stage.host, third);
    expect(after).toMatchObject({ id, userId, createdAtMs, absoluteExpiresAtMs });
    await use(stage.host, third);
    expect(await refreshing(stage.host, first.refresh_token)).toEqual(REUSED);
  });

  it('a login that the database lost is restored once, however many ask for it', async () => {
    const first = await login(stage.host);
    await lose(stage, first);
    const pairs = (await storm([stage.host], first.refresh_token, 10)).map(pairIn);
    expect(new Set(pairs.map((pair) => pair.refresh_token)).size).toBe(1);
  });

  it('a logout of a login that the database lost is kept', async () => {
    const pair = await login(stage.host);
    await lose(stage, pair);
    await logout(stage.host, pair);
    expect(await refreshing(stage.host, pair.refresh_token)).toEqual(revokedFor('logout'));
  });

  it('a logout by the access token of a login that the database lost is kept by the instance that made it', async () => {
    const pair = await login(stage.host);
    await lose(stage, pair);
    const http = stage.host.http().post('/auth/logout');
    expect((await http.auth(pair.access_token, { type: 'bearer' })).status).toBe(204);
    expect(await me(stage.host, pair.access_token)).toEqual(REVOKED);
    expect(await refreshing(stage.host, pair.refresh_token)).toEqual(revokedFor('logout'));
    expect(await rowOf(stage.host, pair)).toMatchObject({ revokedReason: 'logout' });
  });

  it('a revocation whose whole row the database lost is written again at a refresh', async () => {
    const pair = await login(stage.host);
    await logout(stage.host, pair);
    await lose(stage, pair);
    expect(await refreshing(stage.host, pair.refresh_token)).toEqual(revokedFor('logout'));
    expect(await rowOf(stage.host, pair)).toMatchObject({ revokedReason: 'logout' });
  });

  it('a row that is missing ten minutes after its login was not lost: its session is unknown', async () => {
    const pair = await login(stage.host);
    await lose(stage, pair);
    stage.host.clock.turn(600.001);
    expect(await refreshing(stage.host, pair.refresh_token)).toEqual(INVALID_REFRESH);
  });
});

onEveryHost({ auth: { recoverLostWrites: false } }, (stage) => {
  it('with recoverLostWrites off a token newer than the row is invalid_token', async () => {
    const { first, third } = await sessionThatLostWrites(stage);
    expect(await refreshing(stage.host, third.refresh_token)).toEqual(INVALID_REFRESH);
    expect(await isAlive(stage.host, await refresh(stage.host, first.refresh_token))).toBe(true);
  });

  it('with recoverLostWrites off a login that the database lost is invalid_token', async () => {
    const pair = await login(stage.host);
    await lose(stage, pair);
    expect(await refreshing(stage.host, pair.refresh_token)).toEqual(INVALID_REFRESH);
  });

  it('with recoverLostWrites off a logout of a login that the database lost is kept by the instance that made it', async () => {
    const pair = await login(stage.host);
    await lose(stage, pair);
    await logout(stage.host, pair);
    expect(await me(stage.host, pair.access_token)).toEqual(REVOKED);
    expect(await refreshing(stage.host, pair.refresh_token)).toEqual(revokedFor('logout'));
  });
});
