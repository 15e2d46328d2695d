import { type DynamicModule, Module } from '@nestjs/common';
import type { RevocationFeed } from '../../sessions/revocation-feed.js';
import type { Environment } from '../environment/environment.js';
import type { DpopReplays } from '../../auth/dpop/replay-memory.js';
import type { AttemptStore } from '../../auth/attempts/shared-attempts.js';
import { Redis } from './redis.js';
import { RedisAttempts } from './redis-attempts.js';
import { RedisDpopReplays } from './redis-dpop-replays.js';
import { RedisRevocationFeed } from './redis-revocation-feed.js';

/** Provides {@link Shared}. */
@Module({})
export class RedisModule {
  static from(environment: Environment): DynamicModule {
    const { REDIS_URL } = environment;
    return {
      module: RedisModule,
      providers: [
        { provide: Redis, useValue: REDIS_URL === undefined ? null : new Redis(REDIS_URL) },
        {
          provide: Shared,
          inject: [Redis],
          useFactory: (redis: Redis | null) => Shared.by(redis, environment),
        },
      ],
      exports: [Shared],
    };
  }
}

/** What the instances share where there is a `REDIS_URL`; without one, nothing. */
export class Shared {
  private constructor(
    private readonly redis: Redis | null,
    readonly revocationFeed?: RevocationFeed,
    readonly dpopReplays?: DpopReplays,
    readonly attempts?: AttemptStore,
  ) {}

  /** The instances of one server have one issuer and one audience; their names lead to what they share. */
  static by(redis: Redis | null, { sessionRules, secrets }: Environment): Shared {
    const { issuer, audience } = sessionRules;
    if (redis === null) return new Shared(null);
    const prefix = ['baton', issuer, audience].map(encodeURIComponent).join(':');
    const [newestSecret = ''] = [secrets.refreshSecret].flat();
    return new Shared(
      redis,
      new RedisRevocationFeed(redis, prefix),
      new RedisDpopReplays(redis, prefix),
      new RedisAttempts(redis, prefix, newestSecret),
    );
  }

  /** Null where nothing is shared. */
  get state(): 'up' | 'down' | null {
    if (this.redis === null) return null;
    return this.redis.isUp ? 'up' : 'down';
  }
}
