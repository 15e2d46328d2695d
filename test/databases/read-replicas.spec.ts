import { type AuthEvent, AuthEvents, type AuthModuleOptions } from 'nestjs-baton';
import type { DataSourceOptions } from 'typeorm';
import { SeenTokens } from '../../src/sessions/seen-tokens.js';
import { ExpiredSessionSweeper } from '../../src/sessions/expired-session-sweeper.js';
import { RevocationList } from '../../src/sessions/revocation-list.js';
import {
  REUSED,
  REVOKED,
  isAlive,
  login,
  logout,
  me,
  pairIn,
  refresh,
  refreshing,
  sessions,
  storm,
  use,
} from '../contract/vocabulary.js';
import { OwnPostgres, describeWithOwnPostgres } from '../host/own-postgres.js';
import { stopOwnServers } from '../host/own-process.js';
import { QuickUsers } from '../host/quick-users.js';
import { type Host, startHost } from '../host/start-host.js';

/** How far the replica is behind: longer than a test takes. */
const LAG = '60s';
const PAST_GRACE = 10;
const PAST_EVERYTHING = 31 * 86_400;

afterAll(stopOwnServers);

const typesOf = (events: readonly AuthEvent[]): string[] => events.map(({ type }) => type);

/** @see issue 11 */
describeWithOwnPostgres(() => {
  let database: DataSourceOptions;

  beforeAll(async () => {
    const primary = await OwnPostgres.start();
    const migrating = await startHost({ database: primary.options });
    await migrating.close();
    const replica = await primary.startStandby({ recovery_min_apply_delay: LAG });
    const [master, slave] = [primary.options, replica.options];
    database = { type: 'postgres', replication: { master, slaves: [slave] } };
  });

  /** Plays a scene on a host that reads from the replica whatever TypeORM is not told otherwise of. */
  const onReplicatedHost =
    (auth: Partial<AuthModuleOptions>, scene: (host: Host, events: AuthEvent[]) => Promise<void>) =>
    async () => {
      const host = await startHost({ database, auth, users: new QuickUsers() });
      const events: AuthEvent[] = [];
      await host.dataSource.query('DELETE FROM refresh_tokens');
      const subscription = host.app.get(AuthEvents).all.subscribe((event) => events.push(event));
      await scene(host, events);
      subscription.unsubscribe();
      await host.close();
    };

  it(
    'the replica does not know yet what the tests write',
    onReplicatedHost({}, async (host) => {
      const { session_id } = await login(host);
      const found = await host.dataSource.query('SELECT id FROM refresh_tokens WHERE id = $1', [
        session_id,
      ]);
      const runner = host.dataSource.createQueryRunner('slave');
      expect(await runner.query('SELECT id FROM refresh_tokens')).toEqual([]);
      expect(found).toEqual([{ id: session_id }]);
      await runner.release();
    }),
  );

  it(
    'five refreshes at once all get the same successor',
    onReplicatedHost({}, async (host) => {
      const { refresh_token } = await login(host);
      const pairs = (await storm([host], refresh_token, 5)).map(pairIn);
      expect(new Set(pairs.map((pair) => pair.refresh_token)).size).toBe(1);
    }),
  );

  it(
    'a lost response costs nobody the session',
    onReplicatedHost({}, async (host) => {
      const { refresh_token } = await login(host);
      const lost = await refresh(host, refresh_token);
      host.clock.turn(PAST_GRACE);
      const recovered = await refresh(host, refresh_token);
      expect(recovered.refresh_token).not.toBe(lost.refresh_token);
      expect(await isAlive(host, recovered)).toBe(true);
    }),
  );

  it(
    'an older token is a reuse',
    onReplicatedHost({}, async (host, events) => {
      const { refresh_token } = await login(host);
      const { refresh_token: next } = await refresh(host, refresh_token);
      await refresh(host, next);
      expect(await refreshing(host, refresh_token)).toEqual(REUSED);
      expect(typesOf(events)).toContain('token.reused');
    }),
  );

  it(
    'the parent of a confirmed token is a reuse after the grace period',
    onReplicatedHost({}, async (host) => {
      const { refresh_token } = await login(host);
      await use(host, await refresh(host, refresh_token));
      await host.app.get(SeenTokens).flush();
      host.clock.turn(PAST_GRACE);
      expect(await refreshing(host, refresh_token)).toEqual(REUSED);
    }),
  );

  it(
    'logout/all tells of every session, and ends the access tokens',
    onReplicatedHost({}, async (host, events) => {
      const [pair, other] = [await login(host), await login(host)];
      await host.http().post('/auth/logout/all').auth(pair.access_token, { type: 'bearer' });
      const ended = events.flatMap((e) => (e.type === 'session.revoked' ? [e.sessionId] : []));
      expect(new Set(ended)).toEqual(new Set([pair.session_id, other.session_id]));
      expect(await me(host, pair.access_token)).toEqual(REVOKED);
      expect(await me(host, other.access_token)).toEqual(REVOKED);
    }),
  );

  it(
    'a reuse that ends every session of the user is told',
    onReplicatedHost({ reuseScope: 'user' }, async (host, events) => {
      const other = await login(host, { username: 'bob' });
      const { refresh_token } = await login(host, { username: 'bob' });
      await refresh(host, (await refresh(host, refresh_token)).refresh_token);
      expect(await refreshing(host, refresh_token)).toEqual(REUSED);
      expect(typesOf(events).filter((type) => type === 'session.revoked')).toHaveLength(2);
      expect(await me(host, other.access_token)).toEqual(REVOKED);
    }),
  );

  it(
    'maxSessions ends the session idle longest',
    onReplicatedHost({ maxSessions: 1 }, async (host) => {
      const first = await login(host, { username: 'bob' });
      host.clock.turn(1);
      const second = await login(host, { username: 'bob' });
      expect(await me(host, first.access_token)).toEqual(REVOKED);
      const listed = await sessions(host, second.access_token);
      expect(listed.map(({ id }) => id)).toEqual([second.session_id]);
    }),
  );

  it(
    'strict refuses what was logged out',
    onReplicatedHost({ revocation: 'strict' }, async (host) => {
      const pair = await login(host);
      await use(host, pair);
      await logout(host, pair);
      expect(await me(host, pair.access_token)).toEqual(REVOKED);
    }),
  );

  it(
    'the list of revocations hears at once of what another instance revoked',
    onReplicatedHost({}, async (host) => {
      const other = await startHost({ database, beside: host });
      const pair = await login(host);
      await logout(host, pair);
      await other.app.get(RevocationList).refresh();
      expect(await me(other, pair.access_token)).toEqual(REVOKED);
      await other.close();
    }),
  );

  it(
    'the sweep finds what has ended',
    onReplicatedHost({}, async (host) => {
      await login(host);
      host.clock.turn(PAST_EVERYTHING);
      expect(await host.app.get(ExpiredSessionSweeper).sweep()).toBeGreaterThan(0);
    }),
  );
});
