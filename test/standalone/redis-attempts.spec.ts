import { setTimeout as sleep } from 'node:timers/promises';
import { createServer } from 'node:net';
import { REDIS_PORT, describeOnRedis, onRedis, redisAt } from '../host/redis.js';
import { Switchboard } from '../host/switchboard.js';
import { type InProcessServer, stopAll } from './server-in-process.js';
import { cleanUp } from './server-process.js';
import { redisIs, twoInstances } from './two-instances.js';
import { post, signUp } from './vocabulary.js';

const MOST = 4;

afterEach(stopAll);
afterAll(cleanUp);

/** Which let through four failures. */
const twoCountingInstances = (variables: Readonly<Record<string, string>> = {}) =>
  twoInstances({ AUTH_LOGIN_ATTEMPTS: String(MOST), ...variables });

const login = ({ url }: InProcessServer, username: string, password: string) =>
  post(`${url}/auth/login`, { username, password });

const wrong = async (instance: InProcessServer, username: string): Promise<number> =>
  (await login(instance, username, 'the wrong password')).status;

/** What is answered on the instance that failures have filled, and on the other. */
async function answersWith(port: number): Promise<number[]> {
  const { here, there } = await twoCountingInstances({ REDIS_URL: redisAt(port) });
  const { username, password } = (await signUp(here.url)).credentials;
  const statuses: number[] = [];
  for (let failure = 0; failure < MOST; failure += 1) statuses.push(await wrong(here, username));
  statuses.push((await login(here, username, password)).status);
  statuses.push((await login(there, username, password)).status);
  return statuses;
}

/** @see issue 15 */
describeOnRedis(() => {
  it('failures on two instances are one count, which the right password meets on both', async () => {
    const { here, there } = await twoCountingInstances();
    await redisIs('up', here, there);
    const { credentials } = await signUp(here.url);
    const { username, password } = credentials;
    for (const instance of [here, there, here, there]) {
      expect(await wrong(instance, username)).toBe(401);
    }
    for (const instance of [here, there]) {
      const { status, headers } = await login(instance, username, password);
      expect(status).toBe(429);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(800);
      expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(900);
    }
  });

  it('of simultaneous wrong ones on two instances no more than the limit are looked at', async () => {
    const { here, there } = await twoCountingInstances();
    await redisIs('up', here, there);
    const attempts = Array.from({ length: 12 }, (_, index) =>
      wrong(index % 2 === 0 ? here : there, 'nobody'),
    );
    const statuses = await Promise.all(attempts);
    expect(statuses.filter((status) => status === 401)).toHaveLength(MOST);
    expect(statuses.filter((status) => status === 429)).toHaveLength(12 - MOST);
  });

  it('of simultaneous right ones, more than the limit on two instances, each is let in', async () => {
    const { here, there } = await twoCountingInstances();
    await redisIs('up', here, there);
    const { username, password } = (await signUp(here.url)).credentials;
    const attempts = Array.from({ length: 10 }, (_, index) =>
      login(index % 2 === 0 ? here : there, username, password),
    );
    const statuses = (await Promise.all(attempts)).map(({ status }) => status);
    expect(statuses).toEqual(Array.from({ length: 10 }, () => 200));
  });

  it('a window ends by itself, nothing of it stays, and the next begins anew', async () => {
    const { here, there, issuer } = await twoCountingInstances({ AUTH_LOGIN_WINDOW: '1s' });
    await redisIs('up', here, there);
    for (const instance of [here, there, here, there]) await wrong(instance, 'nobody');
    expect(await wrong(here, 'nobody')).toBe(429);
    await sleep(1_100);
    expect(await onRedis((client) => client.keys(`baton:${issuer}:*`))).toEqual([]);
    expect(await wrong(here, 'nobody')).toBe(401);
  });

  it('Redis holds neither a name nor an address', async () => {
    const { here, issuer } = await twoCountingInstances();
    await redisIs('up', here);
    await wrong(here, 'somebody-by-name');
    await onRedis(async (client) => {
      const keys = await client.keys(`baton:${issuer}:*`);
      expect(keys).toHaveLength(2);
      for (const key of keys) {
        expect(key).toMatch(/:attempts:[\w-]{43}$/);
        expect(await client.hGetAll(key)).toEqual({
          window: expect.any(String),
          failed: '1',
          underway: '0',
        });
      }
    });
  });

  it('when Redis hangs each instance counts alone, and a login costs a moment once', async () => {
    const line = await Switchboard.to(REDIS_PORT);
    const { here, there } = await twoCountingInstances({ REDIS_URL: redisAt(line.port) });
    await redisIs('up', here, there);
    const { username, password } = (await signUp(here.url)).credentials;
    line.hold();
    const startedMs = performance.now();
    for (let failure = 0; failure < MOST; failure += 1) {
      expect(await wrong(here, username)).toBe(401);
    }
    expect(performance.now() - startedMs).toBeLessThan(1_500);
    expect((await login(here, username, password)).status).toBe(429);
    expect((await login(there, username, password)).status).toBe(200);
    line.letThrough();
    line.close();
  });
});

/** @see issue 15 */
describe('attempts without a Redis that answers', () => {
  const ALONE = [401, 401, 401, 401, 429, 200];

  it('where nothing listens, each instance counts alone', async () => {
    expect(await answersWith(1)).toEqual(ALONE);
  });

  it('where something listens that never answers, each instance counts alone', async () => {
    const mute = createServer(() => {});
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const address = mute.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect(await answersWith(port)).toEqual(ALONE);
    await stopAll();
    mute.close();
  });
});
