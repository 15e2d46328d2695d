import { SeenTokens } from '../../src/sessions/seen-tokens.js';
import type { TokenPairBody } from 'nestjs-baton';
import { RevocationList } from '../../src/sessions/revocation-list.js';
import type { Host } from '../host/start-host.js';
import {
  EXPIRED_ACCESS,
  REUSED,
  REVOKED,
  eventually,
  isAlive,
  login,
  logout,
  me,
  newcomer,
  onEveryHost,
  pairIn,
  refresh,
  refreshing,
  revokedFor,
  rowOf,
  shareable,
  storm,
  use,
  withoutDatabase,
} from './vocabulary.js';

/** What a real timer does within a second may be seen a little later on a machine that is busy. */
const A_SECOND_MS = 1000 + 1000;
const PAST_GRACE = 10;

onEveryHost(
  {},
  (stage) => {
    let other: Host;
    beforeAll(async () => {
      other = await stage.another();
    });

    it('a revoked session is refused at once by the instance that revoked it', async () => {
      const pair = await login(stage.host);
      await use(stage.host, pair);
      await logout(stage.host, pair);
      expect(await me(stage.host, pair.access_token)).toEqual(REVOKED);
    });

    it('a revoked session is refused by every other instance after its next look', async () => {
      const pair = await login(stage.host);
      await use(other, pair);
      await logout(stage.host, pair);
      await other.app.get(RevocationList).refresh();
      expect(await me(other, pair.access_token)).toEqual(REVOKED);
      expect(await refreshing(other, pair.refresh_token)).toEqual(revokedFor('logout'));
    });

    /** @see issue 15 */
    it.each([
      ['a logout', (pair: TokenPairBody) => logout(other, pair)],
      ['a refresh', (pair: TokenPairBody) => refreshing(other, pair.refresh_token)],
    ])('%s of what another instance has ended makes it known here at once', async (_what, ask) => {
      const pair = await login(stage.host);
      await use(other, pair);
      await logout(stage.host, pair);
      await ask(pair);
      expect(await me(other, pair.access_token)).toEqual(REVOKED);
    });

    it('every other instance looks within a second', async () => {
      const pair = await login(stage.host);
      await use(other, pair);
      await logout(stage.host, pair);
      await eventually(
        A_SECOND_MS,
        async () => (await me(other, pair.access_token)).status === 401,
      );
      expect(await me(other, pair.access_token)).toEqual(REVOKED);
    });

    it('50 simultaneous presentations to two instances all get the same successor', async () => {
      const { refresh_token } = await login(stage.host);
      const pairs = (await storm([stage.host, other], refresh_token, 50)).map(pairIn);
      const tokens = new Set(pairs.map((pair) => pair.refresh_token));
      expect(tokens.size).toBe(1);
      const [token = ''] = tokens;
      expect(await isAlive(other, await refresh(stage.host, token))).toBe(true);
    });

    it('simultaneous recoveries on two instances all get the same successor', async () => {
      const { refresh_token } = await login(stage.host);
      await refresh(stage.host, refresh_token);
      stage.host.clock.turn(PAST_GRACE);
      const pairs = (await storm([stage.host, other], refresh_token, 20)).map(pairIn);
      expect(new Set(pairs.map((pair) => pair.refresh_token)).size).toBe(1);
    });

    it('a confirmation is with every instance once it was written', async () => {
      const { refresh_token } = await login(stage.host);
      await use(stage.host, await refresh(stage.host, refresh_token));
      await stage.host.app.get(SeenTokens).flush();
      stage.host.clock.turn(PAST_GRACE);
      expect(await refreshing(other, refresh_token)).toEqual(REUSED);
    });

    it('a confirmation is written within a second', async () => {
      const { refresh_token } = await login(stage.host);
      const pair = await refresh(stage.host, refresh_token);
      await use(stage.host, pair);
      await eventually(A_SECOND_MS, async () => (await rowOf(other, pair)).confirmedAtMs !== null);
      stage.host.clock.turn(PAST_GRACE);
      expect(await refreshing(other, refresh_token)).toEqual(REUSED);
    });

    /** @see issue 11 */
    it('a withdrawn successor that another instance sees in use is a reuse', async () => {
      const { refresh_token } = await login(stage.host);
      const withdrawn = await refresh(stage.host, refresh_token);
      stage.host.clock.turn(PAST_GRACE);
      const live = await refresh(stage.host, refresh_token);
      await use(other, withdrawn);
      await other.app.get(SeenTokens).flush();
      expect(await refreshing(stage.host, live.refresh_token)).toEqual(revokedFor('reuse'));
    });

    it('a client finds its session alive after a restart, and its repeat answered byte for byte', async () => {
      const before = await stage.another();
      const { refresh_token } = await login(before);
      const pair = await refresh(before, refresh_token);
      await stage.stop(before);
      const after = await stage.another();
      expect((await refresh(after, refresh_token)).refresh_token).toBe(pair.refresh_token);
      expect(await isAlive(after, pair)).toBe(true);
    });

    it('what was confirmed before a restart is confirmed after it', async () => {
      const before = await stage.another();
      const { refresh_token } = await login(before);
      await use(before, await refresh(before, refresh_token));
      await stage.stop(before);
      const after = await stage.another();
      after.clock.turn(PAST_GRACE);
      expect(await refreshing(after, refresh_token)).toEqual(REUSED);
    });

    it('what was revoked before a restart is refused from the first request on', async () => {
      const before = await stage.another();
      const pair = await login(before);
      await logout(before, pair);
      await stage.stop(before);
      const after = await stage.another();
      expect(await me(after, pair.access_token)).toEqual(REVOKED);
    });

    it('cached reads no database per request', async () => {
      const pair = await login(stage.host);
      await use(stage.host, pair);
      const fresh = await login(stage.host);
      await withoutDatabase(stage.host, async () => {
        expect((await me(stage.host, pair.access_token)).status).toBe(200);
        expect((await me(stage.host, fresh.access_token)).status).toBe(200);
      });
    });
  },
  shareable,
);

onEveryHost(
  { auth: { revocation: 'strict' } },
  (stage) => {
    it('strict refuses a revoked session at once on every instance', async () => {
      const other = await stage.another();
      const pair = await login(stage.host);
      await use(other, pair);
      await logout(stage.host, pair);
      expect(await me(other, pair.access_token)).toEqual(REVOKED);
      expect(await me(stage.host, pair.access_token)).toEqual(REVOKED);
    });

    it('strict refuses the session of a row that is gone', async () => {
      const pair = await login(stage.host);
      await use(stage.host, pair);
      await stage.host.dataSource.query('DELETE FROM refresh_tokens');
      expect(await me(stage.host, pair.access_token)).toEqual(REVOKED);
    });
  },
  shareable,
);

onEveryHost({ auth: { revocation: 'off' } }, (stage) => {
  it('off lets access tokens of a revoked session live out their lifetime', async () => {
    const pair = await login(stage.host);
    await logout(stage.host, pair);
    stage.host.clock.turn(899);
    await use(stage.host, pair);
    expect(await refreshing(stage.host, pair.refresh_token)).toEqual(revokedFor('logout'));
    stage.host.clock.turn(1);
    expect(await me(stage.host, pair.access_token)).toEqual(EXPIRED_ACCESS);
  });
});

onEveryHost(
  { auth: { maxSessions: 3 } },
  (stage) => {
    it('maxSessions holds under simultaneous logins on two instances', async () => {
      const other = await stage.another();
      const user = await newcomer(stage.host);
      const pairs = await Promise.all(
        Array.from({ length: 12 }, (_, index) => login(index % 2 ? other : stage.host, user)),
      );
      const answers = await Promise.all(
        pairs.map((pair) => refreshing(stage.host, pair.refresh_token)),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
    });
  },
  shareable,
);
