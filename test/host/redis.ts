import { randomUUID } from 'node:crypto';
import { createClient } from '@redis/client';
import { isListening } from './listening.js';

export const REDIS_PORT = 6379;

const isThere = await isListening(REDIS_PORT);

/** Describes a suite on Redis: without one a failure under `CI=true`, and a skip that says so elsewhere. */
export function describeOnRedis(suite: () => void): void {
  if (isThere || process.env['CI'] === 'true') describe('on Redis', suite);
  else it.skip(`on Redis: nothing listens on port ${REDIS_PORT}`, () => {});
}

/** The address of Redis, by whichever port leads to it. */
export const redisAt = (port = REDIS_PORT): string => `redis://127.0.0.1:${port}`;

/** An issuer that no other test has, and therefore channels and keys that no other test has. */
export const ownIssuer = (): string => `test-${randomUUID()}`;

/** What a test says to Redis itself. */
export async function onRedis<Result>(
  talk: (client: ReturnType<typeof connection>) => Promise<Result>,
): Promise<Result> {
  const client = connection();
  await client.connect();
  return talk(client).finally(() => client.destroy());
}

const connection = () => createClient({ url: redisAt(), RESP: 2 });
