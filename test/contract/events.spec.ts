import { Injectable } from '@nestjs/common';
import { type AuthEvent, AuthEvents, AuthService, OnAuthEvent } from 'nestjs-baton';
import { PASSWORD } from '../host/start-host.js';
import {
  type Stage,
  isAlive,
  login,
  logout,
  onEveryHost,
  postLogin,
  refresh,
  refreshing,
  rowOf,
} from './vocabulary.js';

const KEY = 'idempotency-key-that-nobody-else-has';

@Injectable()
class Listener {
  readonly heard: AuthEvent[] = [];

  @OnAuthEvent('session.opened')
  failAtOnce(): void {
    throw new Error('This listener always fails');
  }

  @OnAuthEvent('session.refreshed')
  async failLater(): Promise<void> {
    await Promise.resolve();
    throw new Error('This listener always fails, a little later');
  }

  @OnAuthEvent('token.reused')
  hear(event: AuthEvent): void {
    this.heard.push(event);
  }
}

/** Every event that is sent while a scene is played. */
async function eventsDuring({ host }: Stage, scene: () => Promise<void>): Promise<AuthEvent[]> {
  const events: AuthEvent[] = [];
  const subscription = host.app.get(AuthEvents).all.subscribe((event) => events.push(event));
  await scene();
  subscription.unsubscribe();
  return events;
}

onEveryHost({ providers: [Listener], configure: (app) => app.useLogger(false) }, (stage) => {
  it('the life of a session is told as it happens', async () => {
    let sessionId = '';
    const startedAtMs = stage.host.clock.nowMs();
    const events = await eventsDuring(stage, async () => {
      const first = await login(stage.host);
      sessionId = first.session_id;
      await refresh(stage.host, first.refresh_token);
      await refresh(stage.host, first.refresh_token);
      stage.host.clock.turn(10);
      await logout(stage.host, await refresh(stage.host, first.refresh_token));
      await logout(stage.host, first);
    });
    const common = { sessionId, userId: '1', atMs: startedAtMs };
    const later = { ...common, atMs: startedAtMs + 10_000 };
    expect(events).toEqual([
      { ...common, type: 'session.opened', ip: '127.0.0.1' },
      { ...common, type: 'session.refreshed', generation: 1, how: 'rotate' },
      { ...common, type: 'session.refreshed', generation: 1, how: 'replay' },
      { ...later, type: 'session.refreshed', generation: 2, how: 'recover', inARow: 1 },
      { ...later, type: 'session.revoked', reason: 'logout' },
    ]);
  });

  it('a failed login is told with the name as typed, and without the password', async () => {
    const events = await eventsDuring(stage, async () => {
      await postLogin(stage.host, { username: 'Nobody', password: 'not a password' });
    });
    const atMs = stage.host.clock.nowMs();
    expect(events).toEqual([{ type: 'login.failed', username: 'Nobody', ip: '127.0.0.1', atMs }]);
  });

  it('a reuse is told after the revocation', async () => {
    const events = await eventsDuring(stage, async () => {
      const first = await login(stage.host);
      const second = await refresh(stage.host, first.refresh_token);
      await refresh(stage.host, second.refresh_token);
      await refreshing(stage.host, first.refresh_token);
    });
    expect(events.slice(-2)).toMatchObject([
      { type: 'session.revoked', reason: 'reuse' },
      { type: 'token.reused', generation: 0 },
    ]);
  });

  /** @see issue 11 */
  it('what has ended is not ended, and not told, again', async () => {
    const [gone, live] = [await login(stage.host), await login(stage.host)];
    await logout(stage.host, gone);
    const before = await rowOf(stage.host, gone);
    stage.host.clock.turn(1);
    const events = await eventsDuring(stage, async () => {
      await stage.host.app.get(AuthService).revokeSessions('1', 'a later reason');
      await logout(stage.host, gone);
      await logout(stage.host, live);
    });
    const ended = events.map((event) => 'sessionId' in event && event.sessionId);
    expect(ended).toContain(live.session_id);
    expect(ended).not.toContain(gone.session_id);
    expect(new Set(ended).size).toBe(ended.length);
    expect(await rowOf(stage.host, gone)).toEqual(before);
  });

  it('no event carries a token, a password or an Idempotency-Key', async () => {
    const secrets = [PASSWORD, KEY];
    const events = await eventsDuring(stage, async () => {
      const first = await login(stage.host);
      const second = await refresh(stage.host, first.refresh_token, KEY);
      await refresh(stage.host, second.refresh_token);
      await refreshing(stage.host, first.refresh_token, KEY);
      secrets.push(first.refresh_token, second.refresh_token, first.access_token);
    });
    expect(events.length).toBeGreaterThan(4);
    for (const secret of secrets) expect(JSON.stringify(events)).not.toContain(secret);
  });

  it('a method marked with @OnAuthEvent is called with each event of its type', async () => {
    const { heard } = stage.host.app.get(Listener);
    heard.length = 0;
    const first = await login(stage.host);
    const second = await refresh(stage.host, first.refresh_token);
    await refresh(stage.host, second.refresh_token);
    await refreshing(stage.host, first.refresh_token);
    expect(heard).toEqual([
      expect.objectContaining({ type: 'token.reused', sessionId: first.session_id }),
    ]);
  });

  it('a listener that throws, at once or later, disturbs nobody', async () => {
    const pair = await login(stage.host);
    const next = await refresh(stage.host, pair.refresh_token);
    expect(await isAlive(stage.host, next)).toBe(true);
  });
});
