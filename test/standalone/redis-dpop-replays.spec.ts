import { machineClock } from '../dpop/machine-clock.js';
import { KeyHolder } from '../host/key-holder.js';
import { REDIS_PORT, describeOnRedis, onRedis, redisAt } from '../host/redis.js';
import { Switchboard } from '../host/switchboard.js';
import { type InProcessServer, stopAll } from './server-in-process.js';
import { cleanUp } from './server-process.js';
import { redisIs, twoInstances } from './two-instances.js';
import { post, signUp } from './vocabulary.js';

/** What clients of both instances have in their proofs: that of a load balancer. */
const PUBLIC_URL = 'https://api.example';
const holder = new KeyHolder(machineClock);

afterEach(stopAll);
afterAll(cleanUp);

const boundInstances = (variables: Readonly<Record<string, string>> = {}) =>
  twoInstances({ AUTH_DPOP: 'allowed', AUTH_PUBLIC_URL: PUBLIC_URL, ...variables });

/** Opens a session of a new user's that is bound to the key. @returns its access token */
async function boundLogin({ url }: InProcessServer): Promise<string> {
  const { credentials } = await signUp(url);
  const proof = await holder.proof('POST', `${PUBLIC_URL}/auth/login`);
  const { body } = await post(`${url}/auth/login`, credentials, { DPoP: proof });
  return String(body['access_token']);
}

const proofFor = (token: string) => holder.proof('GET', `${PUBLIC_URL}/auth/me`, token);

async function statusOf({ url }: InProcessServer, token: string, proof: string): Promise<number> {
  const headers = { Authorization: `DPoP ${token}`, DPoP: proof };
  return (await fetch(`${url}/auth/me`, { headers })).status;
}

/** @see issue 16, section 1; RFC 9449 section 11.1 */
describeOnRedis(() => {
  it('a proof that one instance has taken is refused by the other', async () => {
    const { here, there } = await boundInstances();
    await redisIs('up', here, there);
    const token = await boundLogin(here);
    const proof = await proofFor(token);
    expect(await statusOf(here, token, proof)).toBe(200);
    expect(await statusOf(there, token, proof)).toBe(401);
    expect(await statusOf(there, token, await proofFor(token))).toBe(200);
  });

  it('of a proof that comes to both at once, one is taken', async () => {
    const { here, there } = await boundInstances();
    await redisIs('up', here, there);
    const token = await boundLogin(here);
    for (let round = 0; round < 20; round += 1) {
      const proof = await proofFor(token);
      const statuses = await Promise.all(
        [here, there].map((instance) => statusOf(instance, token, proof)),
      );
      expect(statuses.toSorted((one, other) => one - other)).toEqual([200, 401]);
    }
  });

  it('what Redis remembers of a proof ends when the proof has expired', async () => {
    const { here, issuer } = await boundInstances();
    await redisIs('up', here);
    const token = await boundLogin(here);
    await statusOf(here, token, await proofFor(token));
    await onRedis(async (client) => {
      const keys = await client.keys(`baton:${issuer}:*:dpop:*`);
      // That of the login, too.
      expect(keys).toHaveLength(2);
      for (const key of keys) {
        const seconds = await client.ttl(key);
        expect(seconds).toBeGreaterThan(55);
        expect(seconds).toBeLessThanOrEqual(62);
      }
    });
  });

  it('when Redis hangs each instance remembers alone, and a request waits for it once', async () => {
    const line = await Switchboard.to(REDIS_PORT);
    const { here, there } = await boundInstances({ REDIS_URL: redisAt(line.port) });
    await redisIs('up', here, there);
    const token = await boundLogin(here);
    line.hold();
    const startedMs = performance.now();
    for (let round = 0; round < 5; round += 1) {
      const proof = await proofFor(token);
      expect(await statusOf(here, token, proof)).toBe(200);
      expect(await statusOf(here, token, proof)).toBe(401);
    }
    expect(performance.now() - startedMs).toBeLessThan(1_500);
    line.letThrough();
    line.close();
  });
});
