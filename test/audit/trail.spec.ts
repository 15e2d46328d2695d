import { randomUUID } from 'node:crypto';
import { AuthEvents, type TokenPairBody } from 'nestjs-baton';
import { AuditTrail, MOST_WAITING } from '../../src/audit/audit-trail.js';
import { AuthEventStore } from '../../src/audit/auth-event.store.js';
import { AuthEventSweeper } from '../../src/audit/auth-event-sweeper.js';
import {
  isAlive,
  login,
  logout,
  pairIn,
  postLogin,
  refresh,
  refreshing,
} from '../contract/vocabulary.js';
import { KnownDevices } from '../../src/audit/known-devices.js';
import { type FreshDatabase, describeOnEachDatabase } from '../host/databases.js';
import { recordingLog } from '../host/recording-log.js';
import { type Host, PASSWORD } from '../host/start-host.js';
import { eventsOf, flush, startAuditHost } from './audit-host.js';

const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36';
const CHROME_UPDATED = CHROME.replace('142.0.0.0', '143.0.1.2');
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';

const loginFrom = async (host: Host, userAgent: string, fields: object = {}) =>
  pairIn(await postLogin(host, fields).set('User-Agent', userAgent));

/** Takes the table of events away, and only that. */
async function withoutEvents({ dataSource }: Host, scene: () => Promise<void>): Promise<void> {
  await dataSource.query('ALTER TABLE auth_events RENAME TO auth_events_away');
  try {
    await scene();
  } finally {
    await dataSource.query('ALTER TABLE auth_events_away RENAME TO auth_events');
  }
}

/** @see issue 16 */
describeOnEachDatabase((kind) => {
  const log = recordingLog();
  let database: FreshDatabase;
  let host: Host;

  beforeEach(async () => {
    log.lines.length = 0;
    database = await kind.create();
    host = await startAuditHost({ database: database.options, configure: log.configure });
  });

  afterEach(async () => {
    await host.close();
    await database.drop();
  });

  it('the life of a session is kept, with the facts of its device, and without its refreshes', async () => {
    const startedAtMs = host.clock.nowMs();
    const pair = await loginFrom(host, CHROME, { device_name: 'desk' });
    host.clock.turn(60);
    await logout(host, await refresh(host, pair.refresh_token));
    const common = {
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      userId: '1',
      sessionId: pair.session_id,
      ip: '127.0.0.1',
      userAgent: CHROME,
      deviceName: 'desk',
      detail: null,
    };
    expect(await eventsOf(host)).toEqual([
      {
        ...common,
        type: 'session.opened',
        occurredAtMs: startedAtMs,
        reason: null,
        device: expect.stringMatching(/^[\w-]{43}$/),
        knownBefore: false,
      },
      {
        ...common,
        type: 'session.revoked',
        occurredAtMs: startedAtMs + 60_000,
        reason: 'logout',
        device: null,
        knownBefore: null,
      },
    ]);
  });

  it('events of one millisecond stay in their order', async () => {
    const first = await login(host);
    const second = await refresh(host, first.refresh_token);
    await refresh(host, second.refresh_token);
    await refreshing(host, first.refresh_token);
    await postLogin(host, { password: 'a wrong one' });
    const types = (await eventsOf(host)).map(({ type }) => type);
    expect(types).toEqual(['session.opened', 'session.revoked', 'token.reused', 'login.failed']);
  });

  it('a failed login is kept without a user, and without what was typed', async () => {
    await postLogin(host, { username: 'My secret password', password: 'ann' });
    const [event] = await eventsOf(host);
    expect(event).toMatchObject({ type: 'login.failed', userId: null, ip: '127.0.0.1' });
    expect(JSON.stringify(event)).not.toContain('secret');
  });

  it('no row holds a token or a password', async () => {
    const pairs: TokenPairBody[] = [await login(host)];
    pairs.push(await refresh(host, pairs[0]?.refresh_token ?? ''));
    pairs.push(await refresh(host, pairs[1]?.refresh_token ?? ''));
    await refreshing(host, pairs[0]?.refresh_token ?? '');
    const kept = JSON.stringify(await eventsOf(host));
    const secrets = pairs.flatMap(({ access_token, refresh_token }) => [
      access_token,
      refresh_token,
    ]);
    for (const secret of [PASSWORD, ...secrets]) expect(kept).not.toContain(secret);
  });

  it('a login says whether its user had logged in from that device before', async () => {
    const known: (boolean | null | undefined)[] = [];
    const look = async (userAgent: string, fields: object = {}) => {
      host.clock.turn(1);
      await loginFrom(host, userAgent, fields);
      known.push((await eventsOf(host)).at(-1)?.knownBefore);
    };
    await look(CHROME);
    await look(CHROME);
    await look(CHROME_UPDATED);
    await look(FIREFOX);
    await look(CHROME, { device_name: 'another desk' });
    await look(CHROME, { username: 'bob' });
    expect(known).toEqual([false, true, true, false, false, false]);
  });

  it('a device is known by its events, when its sessions are long gone', async () => {
    await loginFrom(host, CHROME);
    await flush(host);
    await host.dataSource.query('DELETE FROM refresh_tokens');
    host.clock.turn(86_400);
    await loginFrom(host, CHROME);
    expect((await eventsOf(host)).map(({ knownBefore }) => knownBefore)).toEqual([false, true]);
  });

  it('a device is known by its sessions, when they are older than the events', async () => {
    await loginFrom(host, CHROME);
    await flush(host);
    await host.dataSource.query('DELETE FROM auth_events');
    host.clock.turn(1);
    await loginFrom(host, CHROME);
    expect((await eventsOf(host)).map(({ knownBefore }) => knownBefore)).toEqual([true]);
  });

  it('of simultaneous first logins from one device exactly one is the first', async () => {
    await Promise.all(Array.from({ length: 8 }, () => loginFrom(host, FIREFOX)));
    const known = (await eventsOf(host)).map(({ knownBefore }) => knownBefore);
    expect(known.filter((isKnown) => isKnown === false)).toHaveLength(1);
  });

  it('while the table is away nobody is kept from logging in, and the events wait', async () => {
    await withoutEvents(host, async () => {
      const pair = await login(host);
      await expect(flush(host)).rejects.toThrow('The database is unavailable');
      expect(await isAlive(host, pair)).toBe(true);
    });
    expect((await eventsOf(host)).map(({ type }) => type)).toEqual(['session.opened']);
  });

  it('events that find the queue full are lost, and their number is a line of the log and a row', async () => {
    const events = host.app.get(AuthEvents);
    const atMs = host.clock.nowMs();
    await withoutEvents(host, async () => {
      for (let number = 0; number < MOST_WAITING + 7; number += 1) {
        events.emit({ type: 'login.failed', username: 'nobody', ip: null, atMs });
      }
      expect(host.app.get(AuditTrail).waitingCount).toBe(MOST_WAITING);
      await login(host);
    });
    const kept = await eventsOf(host);
    expect(kept).toHaveLength(MOST_WAITING + 1);
    expect(kept.at(-1)).toMatchObject({ type: 'audit.lost', detail: '{"count":8}', userId: null });
    expect(log.lines).toContain('8 events are lost to the table of events');
  });

  it('an event that an application sends itself keeps no other from being written', async () => {
    const odd = { userId: `\0${'ü'.repeat(300)}`, sessionId: randomUUID(), ip: 'x'.repeat(99) };
    host.app.get(AuthEvents).emit({ type: 'password.changed', ...odd, atMs: Number.NaN });
    await login(host);
    expect(await eventsOf(host)).toMatchObject([
      { type: 'password.changed', userId: 'ü'.repeat(255), occurredAtMs: host.clock.nowMs() },
      { type: 'session.opened' },
    ]);
  });

  it('events older than the retention are purged, in batches, and younger ones are not', async () => {
    const events = host.app.get(AuthEvents);
    const old = host.clock.nowMs();
    for (let number = 0; number < 450; number += 1) {
      events.emit({ type: 'login.failed', username: 'nobody', ip: null, atMs: old });
    }
    host.clock.turn(1);
    await login(host);
    await flush(host);
    host.clock.turn(90 * 86_400 - 2);
    expect(await host.app.get(AuthEventSweeper).sweep()).toBe(0);
    host.clock.turn(1);
    expect(await host.app.get(AuthEventSweeper).sweep()).toBe(450);
    expect((await eventsOf(host)).map(({ type }) => type)).toEqual(['session.opened']);
  });

  it('a stop writes what waits', async () => {
    if (kind.name === 'sqlite memory') return;
    await login(host);
    await host.close();
    host = await startAuditHost({ database: database.options });
    expect((await eventsOf(host)).map(({ type }) => type)).toEqual(['session.opened']);
  });

  it('what is written twice, because an answer was lost, is there once', async () => {
    await login(host);
    const written = await eventsOf(host);
    const again = await host.app.get(KnownDevices).describe(written);
    expect(again).toEqual(written);
    await host.app.get(AuthEventStore).append(again);
    expect(await eventsOf(host)).toEqual(written);
  });
});

describe('refreshes', () => {
  it('are kept where that is asked for', async () => {
    const host = await startAuditHost({ auth: { auditRefreshes: true } });
    await refresh(host, (await login(host)).refresh_token);
    expect(await eventsOf(host)).toMatchObject([
      { type: 'session.opened' },
      { type: 'session.refreshed', detail: '{"generation":1,"how":"rotate"}' },
    ]);
    await host.close();
  });
});
