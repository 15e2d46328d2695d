import { TooManyAttemptsError } from '../../errors.js';
import type { AttemptCounter } from './attempt-counter.js';

/** Ends an attempt that was let in, and says whether it failed. */
export type Leave = (failed: boolean) => void;

/**
 * Lets in so many attempts as may still fail. Each takes its place before it is made and gives it back unless
 * it fails, so that simultaneous ones cannot all slip through; one that finds every place taken waits for
 * those under way, because they may yet succeed.
 */
export class AttemptLimit {
  private readonly underWay = new Map<string, Set<Promise<void>>>();

  /** @param onLimit called once for each key and window, with the seconds that are left of it */
  constructor(
    private readonly counter: AttemptCounter,
    private readonly onLimit: (seconds: number, origin: string) => void,
  ) {}

  /**
   * @param key whose failures are counted together
   * @param origin the address, for {@link onLimit}
   * @throws TooManyAttemptsError when the limit is reached, however right the attempt would be
   */
  async enter(key: string, origin: string): Promise<Leave> {
    for (;;) {
      const count = this.counter.of(key);
      if (!this.counter.isFull(count)) {
        count.failures += 1;
        const settle = this.register(key);
        return (failed) => {
          if (!failed) count.failures -= 1;
          settle();
        };
      }
      const others = this.underWay.get(key);
      if (others === undefined) {
        const seconds = this.counter.secondsLeft(count);
        if (!count.told) this.onLimit(seconds, origin);
        count.told = true;
        throw new TooManyAttemptsError(seconds);
      }
      await Promise.all(others);
    }
  }

  /** Lets others wait for an attempt. @returns ends their waiting */
  private register(key: string): () => void {
    const others = this.underWay.get(key) ?? new Set();
    const { promise: made, resolve: end } = withResolvers();
    this.underWay.set(key, others.add(made));
    return () => {
      others.delete(made);
      if (others.size === 0) this.underWay.delete(key);
      end();
    };
  }
}

/** As `Promise.withResolvers` of Node 22. */
function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  const executors: (() => void)[] = [];
  const promise = new Promise<void>((resolve) => executors.push(resolve));
  return { promise, resolve: () => executors.forEach((resolve) => resolve()) };
}
