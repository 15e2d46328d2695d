import { AuthEvents, AuthService, RefreshToken } from 'nestjs-baton';
import { IsNull } from 'typeorm';
import { addSessionsLike } from './session-rows.js';
import {
  type Stage,
  eventually,
  isAlive,
  login,
  newcomer,
  onEveryHost,
  refreshing,
  revokedFor,
  rowOf,
} from './vocabulary.js';

const LIMIT = 3;
const TOO_MANY = 2_000;
/** What one login ends itself. */
const BATCH = 200;

/** Logs in some times, a second apart. @returns which of the sessions live on */
async function alive({ host }: Stage, times: number): Promise<boolean[]> {
  const user = await newcomer(host);
  const pairs = [await login(host, user)];
  while (pairs.length < times) {
    host.clock.turn(1);
    pairs.push(await login(host, user));
  }
  return Promise.all(pairs.map((pair) => isAlive(host, pair)));
}

onEveryHost({ auth: { sessionCeiling: 2 } }, (stage) => {
  /** @see issue 15 */
  it('without maxSessions, sessionCeiling ends those idle longest', async () => {
    expect(await alive(stage, 4)).toEqual([false, false, true, true]);
  });
});

onEveryHost({ auth: { sessionCeiling: 1, maxSessions: 2 } }, (stage) => {
  it('maxSessions counts where both are given, also when it is more', async () => {
    expect(await alive(stage, 4)).toEqual([false, false, true, true]);
  });
});

onEveryHost({ auth: { maxSessions: LIMIT } }, (stage) => {
  /** @see issue 15 */
  it('a limit that is switched on later ends what is too many in batches, and a login waits for one of them', async () => {
    const { host } = stage;
    const user = await newcomer(host);
    const first = await login(host, user);
    const { userId, rotatedAtMs } = await rowOf(host, first);
    await addSessionsLike(host, first, TOO_MANY, (index) => ({ rotatedAtMs: rotatedAtMs - index }));
    const table = host.dataSource.getRepository(RefreshToken);
    const live = () => table.countBy({ userId, revokedAtMs: IsNull() });
    const told: string[] = [];
    const hearing = host.app
      .get(AuthEvents)
      .on('session.revoked')
      .subscribe(({ sessionId, reason }) => told.push(`${sessionId} ${reason}`));

    const second = await login(host, user);
    const byThen = told.length;
    const third = await login(host, user);
    await eventually(20_000, async () => told.length >= TOO_MANY);
    expect(byThen).toBeGreaterThanOrEqual(BATCH);
    expect(byThen).toBeLessThan(TOO_MANY);
    await eventually(20_000, async () => (await live()) === LIMIT);

    hearing.unsubscribe();
    expect(new Set(told).size).toBe(TOO_MANY);
    expect(told).toHaveLength(TOO_MANY);
    expect(told.every((line) => line.endsWith(' max_sessions'))).toBe(true);
    const kept = await host.app.get(AuthService).sessions(userId);
    const ids = [third, second, first].map(({ session_id }) => session_id);
    expect(kept.map(({ id }) => id)).toEqual(ids);
    expect(await isAlive(host, third)).toBe(true);
  });

  it('a refresh of one that had to make room is told so', async () => {
    const user = await newcomer(stage.host);
    const first = await login(stage.host, user);
    for (let more = 0; more < LIMIT; more += 1) await login(stage.host, user);
    expect(await refreshing(stage.host, first.refresh_token)).toEqual(revokedFor('max_sessions'));
  });
});
