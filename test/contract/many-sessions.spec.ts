import { jest } from '@jest/globals';
import { AuthEvents, RefreshToken, type TokenPairBody } from 'nestjs-baton';
import { IsNull } from 'typeorm';
import { RefreshTokenStore } from '../../src/sessions/refresh-token.store.js';
import { RevocationService } from '../../src/sessions/revocation.service.js';
import { loseAnswerOf, refuse } from '../rotation/lost-statements.js';
import { addSessionsLike } from './session-rows.js';
import {
  REUSED,
  REVOKED,
  type Stage,
  answer,
  login,
  logout,
  me,
  newcomer,
  onEveryHost,
  refresh,
  refreshing,
} from './vocabulary.js';

const MANY = 1_000;
/** As many sessions as one statement ends. */
const BATCH = 200;

/** Somebody with many sessions beside the one that they have just opened. */
async function busyUser({ host }: Stage): Promise<TokenPairBody> {
  const pair = await login(host, await newcomer(host));
  await addSessionsLike(host, pair, MANY, () => ({}));
  return pair;
}

/** Which sessions were told of as revoked while a scene was played, in that order; and which as reused. */
async function toldDuring({ host }: Stage, scene: () => Promise<void>) {
  const revoked: string[] = [];
  const reused: string[] = [];
  const hearing = host.app.get(AuthEvents).all.subscribe((event) => {
    if (event.type === 'session.revoked') revoked.push(event.sessionId);
    if (event.type === 'token.reused') reused.push(event.sessionId);
  });
  await scene();
  hearing.unsubscribe();
  return { revoked, reused };
}

const leave = ({ host }: Stage, which: 'all' | 'others', { access_token }: TokenPairBody) =>
  answer(host.http().post(`/auth/logout/${which}`).auth(access_token, { type: 'bearer' }));

const LEFT = { status: 204, body: {} };
const isUnavailable = expect.objectContaining({ status: 503 });

/** @see issue 15 */
onEveryHost({ auth: { sessionCeiling: 10_000 } }, (stage) => {
  const unrevoked = () =>
    stage.host.dataSource.getRepository(RefreshToken).findBy({ revokedAtMs: IsNull() });

  afterEach(() => stage.host.dataSource.getRepository(RefreshToken).clear());

  it('logout/all of many sessions ends them in batches, the one that asks with the last', async () => {
    const pair = await busyUser(stage);
    const statements = jest.spyOn(stage.host.app.get(RefreshTokenStore), 'revokeThese');
    const { revoked } = await toldDuring(stage, async () => {
      expect(await leave(stage, 'all', pair)).toEqual(LEFT);
    });
    expect(statements.mock.calls.map(([ids]) => ids.length <= BATCH)).toEqual(
      Array.from({ length: 6 }, () => true),
    );
    statements.mockRestore();
    expect(new Set(revoked).size).toBe(MANY + 1);
    expect(revoked).toHaveLength(MANY + 1);
    expect(revoked.at(-1)).toBe(pair.session_id);
    expect(await unrevoked()).toEqual([]);
  });

  it('logout/others of many leaves the one that asks', async () => {
    const pair = await busyUser(stage);
    expect(await leave(stage, 'others', pair)).toEqual(LEFT);
    expect((await unrevoked()).map(({ id }) => id)).toEqual([pair.session_id]);
  });

  it.each([
    ['is not done', refuse],
    ['is done without an answer', loseAnswerOf],
  ])(
    'logout/all of which one batch %s is asked again, and each end is told once',
    async (_what, lose) => {
      const pair = await busyUser(stage);
      const { revoked } = await toldDuring(stage, async () => {
        lose(stage.host, 'revokeThese', 2);
        expect(await leave(stage, 'all', pair)).toEqual(isUnavailable);
        stage.host.clock.turn(0.1);
        expect(await leave(stage, 'all', pair)).toEqual(LEFT);
        await stage.host.app.get(RevocationService).settle();
      });
      expect(new Set(revoked).size).toBe(MANY + 1);
      expect(revoked).toHaveLength(MANY + 1);
      expect(await unrevoked()).toEqual([]);
      expect(await me(stage.host, pair.access_token)).toEqual(REVOKED);
    },
  );
});

onEveryHost({ auth: { sessionCeiling: 10_000, reuseScope: 'user' } }, (stage) => {
  afterEach(() => stage.host.dataSource.getRepository(RefreshToken).clear());

  const unrevoked = () =>
    stage.host.dataSource.getRepository(RefreshToken).countBy({ revokedAtMs: IsNull() });

  async function spent(): Promise<TokenPairBody> {
    const pair = await busyUser(stage);
    await refresh(stage.host, (await refresh(stage.host, pair.refresh_token)).refresh_token);
    return pair;
  }

  it('a reuse that ends many sessions half-way is a reuse again when it comes again', async () => {
    const pair = await spent();
    const { revoked, reused } = await toldDuring(stage, async () => {
      refuse(stage.host, 'revokeThese', 2);
      expect(await refreshing(stage.host, pair.refresh_token)).toEqual(isUnavailable);
      stage.host.clock.turn(0.1);
      expect(await refreshing(stage.host, pair.refresh_token)).toEqual(REUSED);
    });
    expect([new Set(revoked).size, revoked.length]).toEqual([MANY + 1, MANY + 1]);
    expect(reused).toEqual([pair.session_id]);
    expect(await unrevoked()).toBe(0);
  });

  it("theft that is seen at a logout ends the user's other sessions, where it fails half-way at its repeat", async () => {
    const pair = await spent();
    const { revoked, reused } = await toldDuring(stage, async () => {
      refuse(stage.host, 'revokeThese', 2);
      const refused = stage.host.http().post('/auth/logout');
      const { refresh_token } = pair;
      expect(await answer(refused.send({ refresh_token }))).toEqual(isUnavailable);
      stage.host.clock.turn(0.1);
      await logout(stage.host, pair);
    });
    expect([new Set(revoked).size, revoked.length]).toEqual([MANY + 1, MANY + 1]);
    expect(reused).toEqual([pair.session_id]);
    expect(await unrevoked()).toBe(0);
  });
});
