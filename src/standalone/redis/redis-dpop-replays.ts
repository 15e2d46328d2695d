import type { DpopReplays } from '../../auth/dpop/replay-memory.js';
import type { Redis } from './redis.js';

/** Used DPoP proofs, for all instances: their ids, for as long as the proofs would be good. */
export class RedisDpopReplays implements DpopReplays {
  /** @param prefix what the keys begin with, alike on all instances of one server */
  constructor(
    private readonly redis: Redis,
    private readonly prefix: string,
  ) {}

  /** @throws Error without a connection, at once */
  async claim(id: string, seconds: number): Promise<boolean> {
    const expiration = { type: 'EX', value: seconds } as const;
    const set = this.redis.commands.set(`${this.prefix}:dpop:${id}`, '1', {
      condition: 'NX',
      expiration,
    });
    return (await set) !== null;
  }
}
