import { setTimeout as sleep } from 'node:timers/promises';
import { AuthService, type TokenPairBody } from 'nestjs-baton';
import type { EntityManager } from 'typeorm';
import { SeenTokens } from '../../src/sessions/seen-tokens.js';
import {
  REUSED,
  REVOKED,
  error,
  isAlive,
  login,
  logout,
  me,
  onEveryHost,
  postLogin,
  refresh,
  refreshing,
  rowOf,
  use,
} from '../contract/vocabulary.js';
import { type Host, startHost } from '../host/start-host.js';

/** How long is waited for an answer that may have to wait for the end of the transaction. */
const LONG_ENOUGH_MS = 100;

class ChangedMyMind extends Error {}

/**
 * Runs a scene while a transaction of the application is open, and rolls it back once the scene is over, or has
 * waited long enough.
 */
async function duringTransaction<Result>(
  { dataSource }: Host,
  scene: (manager: EntityManager) => Promise<Result>,
): Promise<Result> {
  const scenes: Promise<Result>[] = [];
  const transaction = dataSource.transaction(async (manager) => {
    const underWay = scene(manager);
    scenes.push(underWay);
    await Promise.race([underWay, sleep(LONG_ENOUGH_MS)]);
    throw new ChangedMyMind();
  });
  await expect(transaction).rejects.toThrow(ChangedMyMind);
  const [result] = await Promise.all(scenes);
  if (result === undefined) throw new Error('The scene was not played');
  return result;
}

/** Ends a session by a route for the holder of its access token. */
async function end({ url }: Host, method: string, path: string, pair: TokenPairBody) {
  const headers = { authorization: `Bearer ${pair.access_token}` };
  const { status } = await fetch(url + path, { method, headers });
  expect(status).toBe(204);
  return status;
}

/** @see issue 11 */
onEveryHost({}, (stage) => {
  describe('what was answered while the application had a transaction open survives its rollback:', () => {
    it.each<[string, (host: Host, pair: TokenPairBody) => Promise<unknown>]>([
      ['a logout', async (host, pair) => (await logout(host, pair)) ?? true],
      ['a logout everywhere', (host, pair) => end(host, 'POST', '/auth/logout/all', pair)],
      [
        'the end of one session',
        (host, pair) => end(host, 'DELETE', `/auth/sessions/${pair.session_id}`, pair),
      ],
    ])('%s', async (_what, endSession) => {
      const pair = await login(stage.host);
      await duringTransaction(stage.host, () => endSession(stage.host, pair));
      expect((await rowOf(stage.host, pair)).revokedAtMs).not.toBeNull();
      expect(await me(stage.host, pair.access_token)).toEqual(REVOKED);
    });

    it('the end of every session, together with something of the application', async () => {
      const pair = await login(stage.host);
      const auth = stage.host.app.get(AuthService);
      const user = (await rowOf(stage.host, pair)).userId;
      await duringTransaction(stage.host, () =>
        auth.revokeSessionsWith(async () => true, user, 'left'),
      );
      expect((await rowOf(stage.host, pair)).revokedAtMs).not.toBeNull();
    });

    it('a login', async () => {
      const { body } = await duringTransaction(stage.host, async () => postLogin(stage.host));
      expect(await isAlive(stage.host, body)).toBe(true);
    });

    it('a refresh', async () => {
      const pair = await login(stage.host);
      const refreshed = () => refresh(stage.host, pair.refresh_token);
      const next = await duringTransaction(stage.host, refreshed);
      expect((await rowOf(stage.host, pair)).generation).toBe(1);
      expect(await isAlive(stage.host, next)).toBe(true);
    });

    it('refreshes of many sessions at once', async () => {
      const pairs = await Promise.all(Array.from({ length: 8 }, () => login(stage.host)));
      await duringTransaction(stage.host, () =>
        Promise.all(pairs.map(({ refresh_token }) => refresh(stage.host, refresh_token))),
      );
      const rows = await Promise.all(pairs.map((pair) => rowOf(stage.host, pair)));
      expect(rows.map(({ generation }) => generation)).toEqual(pairs.map(() => 1));
    });

    it('a reuse', async () => {
      const first = await login(stage.host);
      const second = await refresh(stage.host, first.refresh_token);
      await use(stage.host, second);
      stage.host.clock.turn(11);
      const spent = () => refreshing(stage.host, first.refresh_token);
      expect(await duringTransaction(stage.host, spent)).toEqual(REUSED);
      expect((await rowOf(stage.host, first)).revokedReason).toBe('reuse');
      expect((await refreshing(stage.host, second.refresh_token)).status).toBe(401);
    });

    it('a confirmation', async () => {
      const first = await login(stage.host);
      const second = await refresh(stage.host, first.refresh_token);
      await use(stage.host, second);
      const seenTokens = stage.host.app.get(SeenTokens);
      await duringTransaction(stage.host, async () => (await seenTokens.flush()) ?? true);
      expect((await rowOf(stage.host, first)).confirmedAtMs).not.toBeNull();
    });
  });

  it('what the application has not committed decides nothing', async () => {
    const pair = await login(stage.host);
    const answer = await duringTransaction(stage.host, async (manager) => {
      const ofSession = `WHERE id = '${pair.session_id}'`;
      await manager.query(`UPDATE refresh_tokens SET revoked_at = 1 ${ofSession}`);
      return refreshing(stage.host, pair.refresh_token);
    });
    expect(answer.status).toBe(200);
  });

  it('transactions of the application with nothing between them keep nobody out', async () => {
    const pair = await login(stage.host);
    const served = { both: false };
    const transactions = async () => {
      while (!served.both) {
        const undone = stage.host.dataSource.transaction(async () => {
          await sleep(20);
          throw new ChangedMyMind();
        });
        await undone.catch(() => {});
      }
    };
    const underWay = transactions();
    await logout(stage.host, await refresh(stage.host, pair.refresh_token));
    served.both = true;
    await underWay;
    expect((await rowOf(stage.host, pair)).revokedAtMs).not.toBeNull();
  });
});

/** @see issue 11 */
describe('on the one connection of SQLite', () => {
  const SENTENCE = 'The application holds the database in an open transaction';

  it('a transaction that does not end is 503 after five seconds, and has consumed nothing', async () => {
    const host = await startHost();
    const pair = await login(host);
    const runner = host.dataSource.createQueryRunner();
    await runner.startTransaction();
    expect(await refreshing(host, pair.refresh_token)).toEqual(error(503, 'unavailable', SENTENCE));
    await runner.rollbackTransaction();
    expect(await isAlive(host, pair)).toBe(true);
    await host.close();
  }, 10_000);

  it('the grace period of a refresh that waited for its end is no shorter', async () => {
    const host = await startHost();
    const pair = await login(host);
    const runner = host.dataSource.createQueryRunner();
    await runner.startTransaction();
    const refreshed = refresh(host, pair.refresh_token);
    await sleep(LONG_ENOUGH_MS);
    host.clock.turn(2.345);
    await runner.commitTransaction();
    const { refresh_token: successor } = await refreshed;
    host.clock.turn(9.999);
    const again = await refresh(host, pair.refresh_token);
    expect(again.refresh_token).toBe(successor);
    await host.close();
  });

  it('a transaction that waits for the module is told so, and undone', async () => {
    const host = await startHost();
    const pair = await login(host);
    const transaction = host.dataSource.transaction(() =>
      host.app.get(AuthService).revokeSessions('1'),
    );
    await expect(transaction).rejects.toMatchObject({ message: SENTENCE });
    expect(await isAlive(host, pair)).toBe(true);
    await host.close();
  }, 10_000);
});
