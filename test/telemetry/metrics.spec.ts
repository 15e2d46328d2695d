import { jest } from '@jest/globals';
import { AuthEvents, AuthService, RefreshToken } from 'nestjs-baton';
import { AuthTelemetry, METER_PROVIDER } from 'nestjs-baton/telemetry';
import { ExpiredSessionSweeper } from '../../src/sessions/expired-session-sweeper.js';
import { RevocationList } from '../../src/sessions/revocation-list.js';
import { login, logout, postLogin, refresh, refreshing, rowOf } from '../contract/vocabulary.js';
import { type Host, type HostOptions, startHost } from '../host/start-host.js';
import { Collected } from './collected.js';

const DAY_SECONDS = 86_400;

let collected: Collected;
let host: Host;

async function start(options: HostOptions = {}): Promise<void> {
  collected = new Collected();
  const meters = { provide: METER_PROVIDER, useValue: collected.provider };
  host = await startHost({ ...options, providers: [AuthTelemetry, meters] });
}

afterEach(() => host.close());

describe('what happens to sessions is counted:', () => {
  beforeEach(() => start());

  it('a login', async () => {
    const changed = await collected.changedBy(async () => {
      await login(host);
    });
    expect(changed).toEqual({ 'baton.logins': 1 });
  });

  it('a login that failed', async () => {
    const changed = await collected.changedBy(async () => {
      await postLogin(host, { password: 'not a password' });
    });
    expect(changed).toEqual({ 'baton.login.failures': 1 });
  });

  it('a refresh, by its kind', async () => {
    const first = await login(host);
    const backup = await rowOf(host, first);
    const changed = await collected.changedBy(async () => {
      await refresh(host, first.refresh_token);
      await refresh(host, first.refresh_token);
      host.clock.turn(10);
      const third = await refresh(host, first.refresh_token);
      const { id, ...fields } = backup;
      await host.dataSource.getRepository(RefreshToken).update({ id }, fields);
      await refresh(host, third.refresh_token);
    });
    expect(changed).toEqual({
      'baton.refreshes{how=rotate}': 1,
      'baton.refreshes{how=replay}': 1,
      'baton.refreshes{how=recover}': 1,
      'baton.refreshes{how=advance}': 1,
    });
  });

  it('a reuse, and what it has revoked', async () => {
    const first = await login(host);
    const second = await refresh(host, first.refresh_token);
    await refresh(host, second.refresh_token);
    const changed = await collected.changedBy(async () => {
      await refreshing(host, first.refresh_token);
    });
    expect(changed).toEqual({
      'baton.reuses': 1,
      'baton.revocations{reason=reuse}': 1,
      'baton.revocation_list.size': 1,
    });
  });

  it('a revocation, by its reason; one of the application’s own is `other`', async () => {
    const own = await login(host);
    const changed = await collected.changedBy(async () => {
      await logout(host, await login(host));
      await host.app.get(AuthService).revokeSession('1', own.session_id, 'bob has said so');
    });
    expect(changed).toEqual({
      'baton.logins': 1,
      'baton.revocations{reason=logout}': 1,
      'baton.revocations{reason=other}': 1,
      'baton.revocation_list.size': 2,
    });
  });

  it('events that are lost to their table, each of them', async () => {
    const changed = await collected.changedBy(async () => {
      host.app.get(AuthEvents).emit({ type: 'audit.lost', count: 3, atMs: host.clock.nowMs() });
    });
    expect(changed).toEqual({ 'baton.audit.lost': 3 });
  });

  it('what the purge has deleted', async () => {
    await login(host);
    await login(host);
    host.clock.turn(400 * DAY_SECONDS);
    const changed = await collected.changedBy(async () => {
      await host.app.get(ExpiredSessionSweeper).sweep();
    });
    expect(changed).toEqual({ 'baton.purged': 2 });
  });
});

it('how old the knowledge of revocations is, is told in seconds', async () => {
  await start();
  const ageMs = jest.spyOn(RevocationList.prototype, 'ageMs', 'get').mockReturnValue(1_500);
  const { 'baton.revocation_feed.age': age } = await collected.numbers();
  ageMs.mockRestore();
  expect(age).toBe(1.5);
});

it.each(['strict', 'off'] as const)(
  'with revocation: %s there is no such age',
  async (revocation) => {
    await start({ auth: { revocation } });
    expect(Object.keys(await collected.numbers())).not.toContain('baton.revocation_feed.age');
  },
);

it('every series is there before its first event, so that its first is an increase', async () => {
  await start();
  expect(await collected.numbers()).toMatchObject({
    'baton.logins': 0,
    'baton.login.failures': 0,
    'baton.refreshes{how=rotate}': 0,
    'baton.refreshes{how=advance}': 0,
    'baton.reuses': 0,
    'baton.revocations{reason=reuse}': 0,
    'baton.purged': 0,
    'baton.audit.lost': 0,
  });
});
