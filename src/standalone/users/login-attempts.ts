import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { TooManyAttemptsError } from '../../errors.js';

/** How many failed logins a user name may have from one address before it has to wait. */
export interface AttemptLimit {
  readonly attempts: number;
  readonly windowSeconds: number;
}

/**
 * Counts failed attempts. Each attempt takes a place before it is made and gives it back when it succeeds,
 * so that simultaneous ones cannot all slip through; one that finds every place taken waits for those
 * under way, because they may yet succeed.
 */
export class LoginAttempts {
  private readonly limiter: RateLimiterMemory;
  private readonly underWay = new Map<string, Set<Promise<unknown>>>();

  constructor({ attempts, windowSeconds }: AttemptLimit) {
    this.limiter = new RateLimiterMemory({ points: attempts, duration: windowSeconds });
  }

  /**
   * Makes an attempt in the name of `key`.
   *
   * @param attempt resolves to `null` when it failed
   * @throws TooManyAttemptsError when the limit is reached, however right the attempt would be
   */
  async make<Result>(key: string, attempt: () => Promise<Result | null>): Promise<Result | null> {
    await this.takePlace(key);
    const made = attempt();
    const others = this.underWay.get(key) ?? new Set();
    this.underWay.set(key, others.add(made));
    let failed = false;
    try {
      const result = await made;
      failed = result === null;
      return result;
    } finally {
      others.delete(made);
      if (others.size === 0) this.underWay.delete(key);
      if (!failed) await this.limiter.reward(key);
    }
  }

  private async takePlace(key: string): Promise<void> {
    for (;;) {
      try {
        await this.limiter.consume(key);
        return;
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
        await this.limiter.reward(key);
        const others = this.underWay.get(key);
        if (others === undefined) {
          throw new TooManyAttemptsError(Math.max(1, Math.ceil(error.msBeforeNext / 1000)));
        }
        await Promise.allSettled(Array.from(others));
      }
    }
  }
}
