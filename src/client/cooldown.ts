import { BatonError } from './errors.js';
import { fullJitterMs } from './retry.js';

const LEAST_MS = 500;

/** After a failure the server is left alone for a while, the longer the more failures there were. */
export interface Cooldown {
  /** Why it is left alone; undefined when it is not. */
  readonly why: () => BatonError | undefined;
  readonly start: (error: BatonError) => void;
  readonly end: () => void;
}

export function createCooldown(): Cooldown {
  let failures = 0;
  /** By the clock that nobody sets, in milliseconds. */
  let untilMs = 0;
  let last: BatonError | undefined;
  return {
    why: () => (performance.now() < untilMs ? last : undefined),
    start(error) {
      last = error;
      failures += 1;
      const { retryAfterMs = 0 } = error.details;
      untilMs = performance.now() + Math.max(retryAfterMs, LEAST_MS + fullJitterMs(failures));
    },
    end() {
      failures = untilMs = 0;
    },
  };
}
