import { TooManyAttemptsError } from '../../errors.js';
import type { AttemptCounter, FailureCount } from './attempt-counter.js';
import type { Leave, SharedAttempts } from './shared-attempts.js';

/**
 * Lets in so many attempts as may still fail. Each takes its place before it is made and gives it back unless
 * it fails, so that simultaneous ones cannot all slip through; one that finds every place taken waits for
 * those under way, because they may yet succeed.
 */
export class AttemptLimit {
  private readonly underWay = new Map<string, Set<Promise<void>>>();

  /**
   * @param kind sets its keys in the shared count apart from those of other limits
   * @param onLimit called once for each key and window, with the seconds that are left of it
   * @param shared counts for all instances, where there is such a thing
   */
  constructor(
    private readonly kind: string,
    private readonly counter: AttemptCounter,
    private readonly onLimit: (seconds: number, origin: string) => void,
    private readonly shared?: SharedAttempts,
  ) {}

  /**
   * @param key whose failures are counted together
   * @param origin the address, for {@link onLimit}
   * @throws TooManyAttemptsError when the limit is reached, however right the attempt would be
   */
  async enter(key: string, origin: string): Promise<Leave> {
    const leaveHere = await this.enterHere(key, origin);
    if (this.shared === undefined || this.counter.most === 0) return leaveHere;
    const answer = await this.shared.enter(`${this.kind} ${key}`, this.counter.most);
    if (answer === null) return leaveHere;
    if (typeof answer === 'number') {
      leaveHere(false);
      throw this.refusal(this.counter.of(key), answer, origin);
    }
    return (failed) => {
      leaveHere(failed);
      answer(failed);
    };
  }

  /** Takes a place in this instance's own count, which decides alone when the shared one is away. */
  private async enterHere(key: string, origin: string): Promise<Leave> {
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
        throw this.refusal(count, this.counter.secondsLeft(count), origin);
      }
      await Promise.all(others);
    }
  }

  private refusal(count: FailureCount, seconds: number, origin: string): TooManyAttemptsError {
    if (!count.told) this.onLimit(seconds, origin);
    count.told = true;
    return new TooManyAttemptsError(seconds);
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
