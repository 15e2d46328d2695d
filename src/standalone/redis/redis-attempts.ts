import { createHmac, hkdfSync, randomUUID } from 'node:crypto';
import type { AttemptPlace, AttemptStore } from '../../auth/attempts/shared-attempts.js';
import type { Redis } from './redis.js';

/** KEYS: the count. ARGV: most places, the window in milliseconds, a name for the window should it begin now. */
const ENTER = `
local count = KEYS[1]
if redis.call('EXISTS', count) == 0 then
  redis.call('HSET', count, 'window', ARGV[3], 'failed', 0, 'underway', 0)
  redis.call('PEXPIRE', count, ARGV[2])
end
local held = redis.call('HMGET', count, 'window', 'failed', 'underway')
local entered = 0
if held[2] + held[3] < tonumber(ARGV[1]) then
  entered = 1
  held[3] = redis.call('HINCRBY', count, 'underway', 1)
end
return { tostring(entered), held[1], tostring(held[3]), tostring(redis.call('PTTL', count)) }`;

/** KEYS: the count. ARGV: the window's name, 1 for a failure or 0. */
const LEAVE = `
local count = KEYS[1]
if redis.call('HGET', count, 'window') ~= ARGV[1] then return 0 end
redis.call('HINCRBY', count, 'underway', -1)
return redis.call('HINCRBY', count, 'failed', ARGV[2])`;

/** Attempts of all instances: one hash for each key, which ends with its window. */
export class RedisAttempts implements AttemptStore {
  private readonly macKey: Buffer;

  /**
   * @param prefix what the keys begin with, alike on all instances of one server
   * @param secret alike on all instances; without it nobody who reads Redis can try names and addresses
   */
  constructor(
    private readonly redis: Redis,
    private readonly prefix: string,
    secret: string,
  ) {
    this.macKey = Buffer.from(hkdfSync('sha256', secret, '', 'nestjs-baton attempts', 32));
  }

  /** @throws Error without a connection, at once */
  async enter(key: string, most: number, windowSeconds: number): Promise<AttemptPlace> {
    const options = [String(most), String(windowSeconds * 1000), randomUUID()];
    const answer = await this.run(ENTER, key, options);
    const [entered, window, underWay, leftMs] = Array.isArray(answer) ? answer.map(String) : [];
    if (window === undefined) throw new Error('Redis gave another answer than the script has');
    return {
      entered: entered === '1',
      window,
      underWay: Number(underWay),
      secondsLeft: Math.ceil(Number(leftMs) / 1000),
    };
  }

  /** @throws Error without a connection, at once */
  async leave(key: string, window: string, failed: boolean): Promise<void> {
    await this.run(LEAVE, key, [window, failed ? '1' : '0']);
  }

  private run(script: string, key: string, options: string[]): Promise<unknown> {
    const mac = createHmac('sha256', this.macKey).update(key).digest('base64url');
    const keys = [`${this.prefix}:attempts:${mac}`];
    return this.redis.commands.eval(script, { keys, arguments: options });
  }
}
