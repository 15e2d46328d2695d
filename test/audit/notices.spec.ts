import { AuthEvents, type UserNotice } from 'nestjs-baton';
import { isAlive, login, pairIn, postLogin, refresh, refreshing } from '../contract/vocabulary.js';
import { describeOnEachDatabase } from '../host/databases.js';
import { recordingLog } from '../host/recording-log.js';
import { startHost } from '../host/start-host.js';
import { flush, startAuditHost } from './audit-host.js';

/** @see issue 16 */
describeOnEachDatabase((kind) => {
  it('a user is told of a new device, a changed password and a reuse, and of nothing else', async () => {
    const database = await kind.create();
    const told: UserNotice[] = [];
    const notifyUser = (notice: UserNotice): void => void told.push(notice);
    const host = await startAuditHost({ database: database.options, auth: { notifyUser } });
    const atMs = host.clock.nowMs();
    const first = pairIn(
      await postLogin(host, { device_name: 'phone' }).set('User-Agent', 'Phone/1.0'),
    );
    host.clock.turn(1);
    await postLogin(host, { device_name: 'phone' }).set('User-Agent', 'Phone/1.1');
    await postLogin(host, { password: 'a wrong one' });
    const { session_id: sessionId } = first;
    const change = { userId: '1', sessionId, ip: '192.0.2.7', atMs: atMs + 1000 };
    host.app.get(AuthEvents).emit({ type: 'password.changed', ...change });
    await refresh(host, (await refresh(host, first.refresh_token)).refresh_token);
    await refreshing(host, first.refresh_token);
    await flush(host);
    const device = { userAgent: 'Phone/1.0', deviceName: 'phone', eventId: expect.any(String) };
    const here = { ...change, ...device, ip: '127.0.0.1' };
    expect(told).toEqual([
      { ...here, type: 'new_device', atMs },
      { ...change, ...device, type: 'password_changed' },
      { ...here, type: 'reuse' },
    ]);
    await host.close();
    await database.drop();
  });
});

describe('a hook that fails', () => {
  it.each([
    [
      'at once',
      () => {
        throw new Error('no post today');
      },
    ],
    [
      'later',
      async () => {
        throw new Error('no post today');
      },
    ],
  ])('%s is logged, and neither request nor event suffers', async (_when, notifyUser) => {
    const log = recordingLog();
    const host = await startAuditHost({ auth: { notifyUser }, configure: log.configure });
    const pair = await login(host);
    await flush(host);
    expect(await isAlive(host, pair)).toBe(true);
    expect(log.lines).toEqual([expect.stringMatching(/^notifyUser failed of new_device, event /)]);
    await host.close();
  });
});

it('a hook without audit stops the start, for nobody would ever be told', async () => {
  await expect(startHost({ auth: { notifyUser: () => {} } })).rejects.toThrow(
    'AuthModule: option notifyUser takes audit: true beside it',
  );
});
