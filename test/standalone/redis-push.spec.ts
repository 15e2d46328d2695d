import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { REDIS_PORT, describeOnRedis, onRedis, ownIssuer, redisAt } from '../host/redis.js';
import { Switchboard } from '../host/switchboard.js';
import { type InProcessServer, startInProcess, stopAll } from './server-in-process.js';
import { cleanUp, startServer, temporaryFolder } from './server-process.js';
import { type Answer, bearer, get, post, signUp } from './vocabulary.js';

/** Half of the poll's interval is five seconds: what is known sooner was pushed. */
const POLL = '10s';
const PUSHED_MS = 1_000;

afterEach(stopAll);
afterAll(cleanUp);

/** Two instances over one database and one Redis. */
async function twoInstances(variables: Readonly<Record<string, string>> = {}) {
  const shared = {
    DATABASE_URL: `sqlite:${join(await temporaryFolder(), 'baton.sqlite')}`,
    AUTH_REVOCATION_POLL: POLL,
    AUTH_ISSUER: ownIssuer(),
    REDIS_URL: redisAt(),
    ...variables,
  };
  const instances = [await startInProcess(shared), await startInProcess(shared)] as const;
  await Promise.all(instances.map((instance) => redisIs('up', instance)));
  return { here: instances[0], there: instances[1], issuer: shared.AUTH_ISSUER };
}

const healthOf = async ({ url }: InProcessServer) => get(`${url}/health`);

const redisIs = (state: string, instance: InProcessServer, limitMs = 5_000) =>
  within(limitMs, async () => (await healthOf(instance)).body['redis'] === state);

/** @returns how long it took until it was so, milliseconds */
async function within(limitMs: number, isSo: () => Promise<boolean>): Promise<number> {
  const startedMs = performance.now();
  while (!(await isSo())) {
    if (performance.now() - startedMs > limitMs) throw new Error(`Not within ${limitMs} ms`);
    await sleep(5);
  }
  return performance.now() - startedMs;
}

const statusOf = async ({ url }: InProcessServer, token: unknown) =>
  (await get(`${url}/auth/me`, bearer(token))).status;

const sidOf = (token: unknown): string =>
  JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString()).sid;

const channelOf = (issuer: string): string => `baton:${issuer}:nestjs-baton:revoked`;

/** @see issue 15 */
describeOnRedis(() => {
  it('a revocation is known to the other instance long before its poll', async () => {
    const { here, there } = await twoInstances();
    const { pair } = await signUp(here.url);
    expect(await statusOf(there, pair['access_token'])).toBe(200);
    await post(`${here.url}/auth/logout`, { refresh_token: pair['refresh_token'] });
    await within(PUSHED_MS, async () => (await statusOf(there, pair['access_token'])) === 401);
  });

  it('what is pushed is ids and times, and a logout of all sessions is one message', async () => {
    const { here, there, issuer } = await twoInstances();
    const { credentials, pair } = await signUp(here.url);
    const others: Answer['body'][] = [];
    for (let login = 0; login < 3; login += 1) {
      others.push((await post(`${here.url}/auth/login`, credentials)).body);
    }
    const messages: unknown[] = [];
    await onRedis(async (client) => {
      await client.subscribe(channelOf(issuer), (message) => messages.push(JSON.parse(message)));
      await post(`${here.url}/auth/logout/all`, undefined, bearer(pair['access_token']));
      await within(PUSHED_MS, async () => messages.length > 0);
    });
    const revokedAtMs = expect.any(Number);
    const revoked = [pair, ...others].map(({ access_token }) => ({
      sessionId: sidOf(access_token),
      revokedAtMs,
    }));
    expect(messages).toHaveLength(1);
    expect(messages[0]).toHaveLength(4);
    expect(messages[0]).toEqual(expect.arrayContaining(revoked));
    await within(
      PUSHED_MS,
      async () => (await statusOf(there, others[2]?.['access_token'])) === 401,
    );
  });

  it('nonsense on the channel is ignored, what follows it is not', async () => {
    const { here, there, issuer } = await twoInstances();
    const { pair } = await signUp(here.url);
    const sessionId = sidOf(pair['access_token']);
    await onRedis(async (client) => {
      for (const nonsense of [
        '',
        'nonsense',
        'null',
        '{}',
        '[[]]',
        JSON.stringify([{ sessionId }]),
        JSON.stringify([
          { sessionId, revokedAtMs: '1' },
          { sessionId: 7, revokedAtMs: 1 },
        ]),
        JSON.stringify(Array.from({ length: 1001 }, () => ({ sessionId, revokedAtMs: 1 }))),
      ]) {
        await client.publish(channelOf(issuer), nonsense);
      }
      const { pair: other } = await signUp(here.url);
      await post(`${here.url}/auth/logout`, { refresh_token: other['refresh_token'] });
      await within(PUSHED_MS, async () => (await statusOf(there, other['access_token'])) === 401);
    });
    expect(await statusOf(there, pair['access_token'])).toBe(200);
  });

  it('a Redis that is gone costs the push; when it is back, so is the push', async () => {
    const line = await Switchboard.to(REDIS_PORT);
    const { here, there } = await twoInstances({
      REDIS_URL: redisAt(line.port),
      AUTH_REVOCATION_POLL: '1s',
    });
    line.target = 1;
    line.cut();
    await redisIs('down', there);
    const { pair } = await signUp(here.url);
    await post(`${here.url}/auth/logout`, { refresh_token: pair['refresh_token'] });
    await within(3_000, async () => (await statusOf(there, pair['access_token'])) === 401);
    line.target = REDIS_PORT;
    await Promise.all([here, there].map((instance) => redisIs('up', instance)));
    const { pair: later } = await signUp(here.url);
    await post(`${here.url}/auth/logout`, { refresh_token: later['refresh_token'] });
    await within(3_000, async () => (await statusOf(there, later['access_token'])) === 401);
    expect((await healthOf(there)).body['status']).toBe('ok');
    line.close();
  });

  it('a Redis that hangs keeps nobody waiting, and is found out and left', async () => {
    const line = await Switchboard.to(REDIS_PORT);
    const { here, there } = await twoInstances({ REDIS_URL: redisAt(line.port) });
    line.hold();
    const { pair } = await signUp(here.url);
    const startedMs = performance.now();
    const { status } = await post(`${here.url}/auth/logout`, {
      refresh_token: pair['refresh_token'],
    });
    expect(status).toBe(204);
    expect(performance.now() - startedMs).toBeLessThan(500);
    await redisIs('down', here);
    expect((await healthOf(here)).status).toBe(200);
    line.letThrough();
    await Promise.all([here, there].map((instance) => redisIs('up', instance, 10_000)));
    const { pair: later } = await signUp(here.url);
    await post(`${here.url}/auth/logout`, { refresh_token: later['refresh_token'] });
    await within(PUSHED_MS, async () => (await statusOf(there, later['access_token'])) === 401);
    line.close();
  });
});

/** @see issue 15 */
describe('without the Redis that REDIS_URL names', () => {
  it('the server starts, says so once, is healthy and ends in time', async () => {
    const server = await startServer({ REDIS_URL: 'redis://:hunter2-in-the-url@127.0.0.1:1' });
    await sleep(500);
    const { status, body } = await get(`${server.url}/health`);
    expect([status, body['redis']]).toEqual([200, 'down']);
    const startedMs = performance.now();
    expect(await server.stop()).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(3_000);
    expect(server.output().match(/Redis is away/g)).toHaveLength(1);
    expect(server.output().match(/WARN/g)).toHaveLength(1);
    expect(server.output()).not.toContain('hunter2');
  });
});
