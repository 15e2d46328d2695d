import { RefreshTokenStore } from '../../src/sessions/refresh-token.store.js';
import { RevocationList } from '../../src/sessions/revocation-list.js';
import { describeOnEachDatabase } from '../host/databases.js';
import { type Host, type HostOptions, startHost } from '../host/start-host.js';
import {
  REUSED,
  REVOKED,
  login,
  logout,
  me,
  pairIn,
  refresh,
  refreshing,
  revokedFor,
  sessions,
  storm,
} from '../contract/vocabulary.js';

const CACHE = { alwaysEnabled: true, duration: 60_000 };

const STRICT: HostOptions['auth'] = { revocation: 'strict' };

/** A host that keeps the answer to every query for a minute. @see issue 11 */
describeOnEachDatabase((kind) => {
  const onCachingHost =
    (scene: (host: Host) => Promise<void>, auth = STRICT) =>
    async () => {
      const database = await kind.create();
      const cached = { synchronize: true, migrationsRun: false, cache: CACHE };
      const options = Object.assign({}, database.options, cached);
      const host = await startHost({ database: options, auth });
      await scene(host);
      await host.close();
      await database.drop();
    };

  it(
    'what is decided is decided on the row, never on what a query cache remembers',
    onCachingHost(async (host) => {
      const { refresh_token } = await login(host);
      const next = (await storm([host], refresh_token, 5)).map(pairIn).at(0);
      const newest = await refresh(host, next?.refresh_token ?? '');
      await refresh(host, newest.refresh_token);
      expect(await refreshing(host, refresh_token)).toEqual(REUSED);
      expect(await refreshing(host, refresh_token)).toEqual(revokedFor('reuse'));
    }),
  );

  it(
    'a session that has ended is refused at once, and listed no more',
    onCachingHost(async (host) => {
      const [pair, other] = [await login(host), await login(host)];
      expect(await sessions(host, pair.access_token)).toHaveLength(2);
      await logout(host, other);
      expect(await me(host, other.access_token)).toEqual(REVOKED);
      expect(await sessions(host, pair.access_token)).toHaveLength(1);
    }),
  );

  /** @see issue 15 */
  it(
    'what others have revoked is read at each look, also of a second that was read before',
    onCachingHost(async (host) => {
      const pairs = [await login(host), await login(host)];
      const [store, list] = [host.app.get(RefreshTokenStore), host.app.get(RevocationList)];
      // As another instance does, of which this one hears by the poll.
      for (const { session_id } of pairs) {
        await store.revoke(session_id, 'logout', host.clock.nowMs());
        await list.refresh();
      }
      for (const { access_token } of pairs) expect(await me(host, access_token)).toEqual(REVOKED);
    }, {}),
  );
});
