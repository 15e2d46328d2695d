import { AttemptLimits } from 'nestjs-baton';
import { PASSWORD } from '../host/start-host.js';
import {
  error,
  login,
  logout,
  me,
  newcomer,
  onEveryHost,
  postLogin,
  postRefresh,
} from './vocabulary.js';

const IN_15_MINUTES = error(
  429,
  'too_many_attempts',
  'Too many failed attempts, retry in 900 seconds',
);

/** These limits are kept in memory: the database makes no difference. */
const onOneDatabase = ({ name }: { readonly name: string }) => name === 'sqlite memory';

const statusesOf = async (count: number, request: () => PromiseLike<{ status: number }>) => {
  const statuses: number[] = [];
  for (let times = 0; times < count; times += 1) statuses.push((await request()).status);
  return statuses;
};

/** @see issue 11 */
onEveryHost(
  {},
  (stage) => {
    it('ten failed logins under one name are the last for 15 minutes, without any option', async () => {
      const user = await newcomer(stage.host);
      const wrong = () => postLogin(stage.host, { ...user, password: 'wrong' });
      expect(await statusesOf(11, wrong)).toEqual([...Array<number>(10).fill(401), 429]);
      const refused = await postLogin(stage.host, user);
      expect({ status: refused.status, body: refused.body }).toEqual(IN_15_MINUTES);
      expect(refused.headers['retry-after']).toBe('900');
      expect((await postLogin(stage.host, { username: 'bob' })).status).toBe(200);
      stage.host.clock.turn(900);
      expect((await postLogin(stage.host, user)).status).toBe(200);
    });
  },
  onOneDatabase,
);

/** @see issue 11 */
onEveryHost(
  { auth: { attempts: { perName: 2, perAddress: 2, window: '1h' } } },
  (stage) => {
    it('failed logins are limited by address, whatever the names', async () => {
      await statusesOf(1, () => postLogin(stage.host, { username: 'one', password: 'wrong' }));
      await statusesOf(1, () => postLogin(stage.host, { username: 'two', password: 'wrong' }));
      expect((await postLogin(stage.host, { username: 'bob', password: PASSWORD })).status).toBe(
        429,
      );
      stage.host.clock.turn(3600);
      expect((await postLogin(stage.host, { username: 'bob', password: PASSWORD })).status).toBe(
        200,
      );
    });

    it('an address that sends forged tokens is refused before its next one is looked at', async () => {
      const pair = await login(stage.host, { username: 'ann', password: PASSWORD });
      const unseen = await login(stage.host, { username: 'ann', password: PASSWORD });
      expect((await me(stage.host, pair.access_token)).status).toBe(200);
      const forged = `${pair.access_token.slice(0, -4)}AAAA`;
      const statuses = await statusesOf(61, () => me(stage.host, forged));
      expect(statuses).toEqual([...Array<number>(60).fill(401), 429]);
      expect((await postRefresh(stage.host, pair.refresh_token)).status).toBe(429);
      expect((await me(stage.host, unseen.access_token)).status).toBe(429);
      expect((await me(stage.host, pair.access_token)).status).toBe(200);
      stage.host.clock.turn(3600);
    });

    it('so is one that sends refresh tokens that are refused', async () => {
      const { refresh_token } = await login(stage.host, { username: 'ann', password: PASSWORD });
      const forged = `${refresh_token.slice(0, -4)}AAAA`;
      const statuses = await statusesOf(61, () => postRefresh(stage.host, forged));
      expect(statuses).toEqual([...Array<number>(60).fill(401), 429]);
      stage.host.clock.turn(3600);
    });

    /** @see issue 11 */
    it('so is one that sends genuine refresh tokens of a session that has ended', async () => {
      const pair = await login(stage.host, { username: 'ann', password: PASSWORD });
      await logout(stage.host, pair);
      const statuses = await statusesOf(61, () => postRefresh(stage.host, pair.refresh_token));
      expect(statuses).toEqual([...Array<number>(60).fill(401), 429]);
      stage.host.clock.turn(3600);
    });

    it('refreshes that succeed never count', async () => {
      let { refresh_token } = await login(stage.host, { username: 'ann', password: PASSWORD });
      for (let times = 0; times < 70; times += 1) {
        const answer = await postRefresh(stage.host, refresh_token);
        expect(answer.status).toBe(200);
        refresh_token = answer.body.refresh_token;
      }
    });

    it('the limits are there for routes of the application itself', async () => {
      const limits = stage.host.app.get(AttemptLimits);
      const tryFrom = (ip: string, answer: string | null) =>
        limits.login('carol', ip, async () => answer);
      await tryFrom('192.0.2.1', null);
      await tryFrom('192.0.2.1', null);
      await expect(tryFrom('192.0.2.1', 'done')).rejects.toMatchObject({
        code: 'too_many_attempts',
      });
      expect(await tryFrom('192.0.2.2', 'done')).toBe('done');
    });
  },
  onOneDatabase,
);

/** @see issue 11 */
onEveryHost(
  { auth: { attempts: false } },
  (stage) => {
    it('there is no limit where it was switched off', async () => {
      const statuses = await statusesOf(20, () =>
        postLogin(stage.host, { username: 'ann', password: 'wrong' }),
      );
      expect(statuses).toEqual(Array<number>(20).fill(401));
    });
  },
  onOneDatabase,
);
