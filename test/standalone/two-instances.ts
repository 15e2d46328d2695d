import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ownIssuer, redisAt } from '../host/redis.js';
import { type InProcessServer, startInProcess } from './server-in-process.js';
import { temporaryFolder } from './server-process.js';
import { get } from './vocabulary.js';

/** Two instances over one database and one Redis. */
export async function twoInstances(variables: Readonly<Record<string, string>> = {}) {
  const shared = {
    DATABASE_URL: `sqlite:${join(await temporaryFolder(), 'baton.sqlite')}`,
    AUTH_ISSUER: ownIssuer(),
    REDIS_URL: redisAt(),
    AUTH_DOCS: 'off',
    ...variables,
  };
  const here = await startInProcess(shared);
  const there = await startInProcess(shared);
  return { here, there, issuer: shared.AUTH_ISSUER };
}

export async function redisIs(
  state: string,
  ...instances: readonly InProcessServer[]
): Promise<void> {
  const latestMs = performance.now() + 5_000;
  for (const { url } of instances) {
    while ((await get(`${url}/health`)).body['redis'] !== state) {
      if (performance.now() > latestMs) throw new Error(`Redis is not ${state}`);
      await sleep(5);
    }
  }
}
