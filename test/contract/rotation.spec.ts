import { AuthEvents, RefreshToken } from 'nestjs-baton';
import { SeenTokens } from '../../src/sessions/seen-tokens.js';
import { decode } from './jwt.js';
import {
  REUSED,
  isAlive,
  login,
  onEveryHost,
  pairIn,
  refresh,
  refreshing,
  rowOf,
  sessions,
  storm,
  use,
} from './vocabulary.js';

const HOURS = 3600;

onEveryHost({}, (stage) => {
  it('the first presentation of the live token makes it the parent of a new live one', async () => {
    const first = await login(stage.host);
    const second = await refresh(stage.host, first.refresh_token);
    const third = await refresh(stage.host, second.refresh_token);
    const tokens = [first, second, third].map((pair) => pair.refresh_token);
    expect(new Set(tokens).size).toBe(3);
    expect(third.session_id).toBe(first.session_id);
    expect(await isAlive(stage.host, third)).toBe(true);
  });

  it('within the grace period the parent returns the same successor, with an access token', async () => {
    const { refresh_token } = await login(stage.host);
    const first = await refresh(stage.host, refresh_token);
    await use(stage.host, first);
    stage.host.clock.turn(5);
    const repeated = await refresh(stage.host, refresh_token);
    expect(repeated.refresh_token).toBe(first.refresh_token);
    expect(repeated.access_token).not.toBe(first.access_token);
    expect(await isAlive(stage.host, repeated)).toBe(true);
  });

  it('50 simultaneous presentations all get the same successor, and exactly one rotates', async () => {
    const { refresh_token, session_id } = await login(stage.host);
    const how: string[] = [];
    const refreshes = stage.host.app.get(AuthEvents).on('session.refreshed');
    const subscription = refreshes.subscribe((event) => {
      if (event.sessionId === session_id) how.push(event.how);
    });
    const responses = await storm([stage.host], refresh_token, 50);
    subscription.unsubscribe();
    const pairs = responses.map(pairIn);
    expect(new Set(pairs.map((pair) => pair.refresh_token)).size).toBe(1);
    expect(how.filter((kind) => kind === 'rotate')).toHaveLength(1);
    expect(how.filter((kind) => kind === 'replay')).toHaveLength(49);
    await Promise.all(pairs.map((pair) => use(stage.host, pair)));
    const [any] = pairs;
    const next = await refresh(stage.host, any?.refresh_token ?? '');
    expect(decode(next.refresh_token).claims['gen']).toBe(2);
    expect(await isAlive(stage.host, next)).toBe(true);
  });

  it('the grace period lasts to its last millisecond', async () => {
    const { refresh_token } = await login(stage.host);
    const first = await refresh(stage.host, refresh_token);
    await use(stage.host, first);
    stage.host.clock.turn(9.999);
    expect((await refresh(stage.host, refresh_token)).refresh_token).toBe(first.refresh_token);
    stage.host.clock.turn(0.001);
    expect(await refreshing(stage.host, refresh_token)).toEqual(REUSED);
  });

  it('repeats do not prolong the grace period', async () => {
    const { refresh_token } = await login(stage.host);
    await use(stage.host, await refresh(stage.host, refresh_token));
    stage.host.clock.turn(8);
    await refresh(stage.host, refresh_token);
    stage.host.clock.turn(2);
    expect(await refreshing(stage.host, refresh_token)).toEqual(REUSED);
  });

  it('after the grace period the parent of an unconfirmed token receives another successor', async () => {
    const { refresh_token } = await login(stage.host);
    const lost = await refresh(stage.host, refresh_token);
    stage.host.clock.turn(10);
    const found = await refresh(stage.host, refresh_token);
    expect(found.refresh_token).not.toBe(lost.refresh_token);
    expect(decode(found.refresh_token).claims['gen']).toBe(2);
    expect(await isAlive(stage.host, found)).toBe(true);
  });

  it('a client that went under a bridge can come back hours later, again and again', async () => {
    const { refresh_token } = await login(stage.host);
    const received: string[] = [];
    for (let times = 0; times < 4; times += 1) {
      received.push((await refresh(stage.host, refresh_token)).refresh_token);
      stage.host.clock.turn(6 * HOURS);
    }
    expect(new Set(received).size).toBe(4);
    await refresh(stage.host, received.at(-1) ?? '');
  });

  it('a withdrawn successor is reuse', async () => {
    const { refresh_token } = await login(stage.host);
    const withdrawn = await refresh(stage.host, refresh_token);
    stage.host.clock.turn(6 * HOURS);
    const live = await refresh(stage.host, refresh_token);
    expect(await refreshing(stage.host, withdrawn.refresh_token)).toEqual(REUSED);
    expect(await isAlive(stage.host, live)).toBe(false);
  });

  it('a recovery starts the grace period anew', async () => {
    const { refresh_token } = await login(stage.host);
    await refresh(stage.host, refresh_token);
    stage.host.clock.turn(6 * HOURS);
    const found = await refresh(stage.host, refresh_token);
    await use(stage.host, found);
    stage.host.clock.turn(9.999);
    expect((await refresh(stage.host, refresh_token)).refresh_token).toBe(found.refresh_token);
    stage.host.clock.turn(0.001);
    expect(await refreshing(stage.host, refresh_token)).toEqual(REUSED);
  });

  it('simultaneous recoveries all get the same successor', async () => {
    const { refresh_token } = await login(stage.host);
    const lost = await refresh(stage.host, refresh_token);
    stage.host.clock.turn(6 * HOURS);
    const pairs = (await storm([stage.host], refresh_token, 20)).map(pairIn);
    const tokens = new Set(pairs.map((pair) => pair.refresh_token));
    expect(tokens.size).toBe(1);
    expect(tokens).not.toContain(lost.refresh_token);
  });

  it('any guarded route confirms the live token', async () => {
    const { refresh_token } = await login(stage.host);
    const { access_token } = await refresh(stage.host, refresh_token);
    await sessions(stage.host, access_token);
    stage.host.clock.turn(10);
    expect(await refreshing(stage.host, refresh_token)).toEqual(REUSED);
  });

  it('an access token of an older generation does not confirm the live token', async () => {
    const first = await login(stage.host);
    await use(stage.host, first);
    await refresh(stage.host, first.refresh_token);
    await use(stage.host, first);
    stage.host.clock.turn(10);
    const found = await refresh(stage.host, first.refresh_token);
    expect(await isAlive(stage.host, found)).toBe(true);
  });

  it('a new live token begins unconfirmed, though its parent was confirmed', async () => {
    const first = await login(stage.host);
    const parent = await refresh(stage.host, first.refresh_token);
    await use(stage.host, parent);
    await stage.host.app.get(SeenTokens).flush();
    expect((await rowOf(stage.host, parent)).confirmedAtMs).toBe(stage.host.clock.nowMs());
    await refresh(stage.host, parent.refresh_token);
    stage.host.clock.turn(10);
    const found = await refresh(stage.host, parent.refresh_token);
    expect(await isAlive(stage.host, found)).toBe(true);
  });

  it('the first token of a session has no parent: its use is not written down', async () => {
    const first = await login(stage.host);
    await use(stage.host, first);
    await stage.host.app.get(SeenTokens).flush();
    expect((await rowOf(stage.host, first)).confirmedAtMs).toBeNull();
  });

  it('each rotation starts the idle lifetime anew', async () => {
    let pair = await login(stage.host);
    for (let times = 0; times < 3; times += 1) {
      stage.host.clock.turn(7 * 24 * HOURS - 1);
      pair = await refresh(stage.host, pair.refresh_token);
    }
    expect(await isAlive(stage.host, pair)).toBe(true);
  });

  it('a session is one row for its whole life', async () => {
    const before = await stage.host.dataSource.getRepository(RefreshToken).count();
    let pair = await login(stage.host);
    for (let times = 0; times < 200; times += 1) {
      pair = await refresh(stage.host, pair.refresh_token);
    }
    expect(decode(pair.refresh_token).claims['gen']).toBe(200);
    expect(await stage.host.dataSource.getRepository(RefreshToken).count()).toBe(before + 1);
  });
});

/** @see issue 11 */
onEveryHost({ auth: { maxRecoveries: 2 } }, (stage) => {
  it('recoveries in a row are counted, a rotation ends the row, and one beyond the limit is a reuse', async () => {
    const counted: (number | undefined)[] = [];
    const events = stage.host.app.get(AuthEvents).on('session.refreshed');
    const subscription = events.subscribe(({ how, inARow }) => {
      if (how === 'recover') counted.push(inARow);
    });
    let { refresh_token: parent } = await login(stage.host);
    for (let row = 0; row < 2; row += 1) {
      let successor = await refresh(stage.host, parent);
      for (let recovery = 0; recovery < 2; recovery += 1) {
        stage.host.clock.turn(10);
        successor = await refresh(stage.host, parent);
      }
      parent = successor.refresh_token;
    }
    await refresh(stage.host, parent);
    for (let recovery = 0; recovery < 2; recovery += 1) {
      stage.host.clock.turn(10);
      await refresh(stage.host, parent);
    }
    subscription.unsubscribe();
    expect(counted).toEqual([1, 2, 1, 2, 1, 2]);
    stage.host.clock.turn(10);
    expect(await refreshing(stage.host, parent)).toEqual(REUSED);
  });
});
