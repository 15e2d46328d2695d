import type { PushedRevocation, RevocationFeed } from '../../sessions/revocation-feed.js';
import type { Redis } from './redis.js';

/** Revocations by Redis' publish and subscribe: ids and times. What nobody hears is lost, the poll finds it. */
export class RedisRevocationFeed implements RevocationFeed {
  private readonly channel: string;

  /** @param prefix what the channel's name begins with, alike on all instances of one server */
  constructor(
    private readonly redis: Redis,
    prefix: string,
  ) {
    this.channel = `${prefix}:revoked`;
  }

  /** Nothing is kept for later: without a connection it would come after the poll. */
  publish(revocations: readonly PushedRevocation[]): void {
    this.redis.publish(this.channel, JSON.stringify(revocations));
  }

  subscribe(receive: (message: unknown) => void): void {
    this.redis.listen(this.channel, (message) => receive(parsed(message)));
  }
}

/** @returns undefined for what is not JSON */
function parsed(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}
