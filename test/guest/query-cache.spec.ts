import { describeOnEachDatabase } from '../host/databases.js';
import { type Host, startHost } from '../host/start-host.js';
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

/** A host that keeps the answer to every query for a minute. @see issue 11 */
describeOnEachDatabase((kind) => {
  const onCachingHost = (scene: (host: Host) => Promise<void>) => async () => {
    const database = await kind.create();
    const cached = { synchronize: true, migrationsRun: false, cache: CACHE };
    const options = Object.assign({}, database.options, cached);
    const host = await startHost({ database: options, auth: { revocation: 'strict' } });
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
});
