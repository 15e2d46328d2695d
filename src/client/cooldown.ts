import type { BatonClock } from './clock.js';
import type { BatonError } from './errors.js';
import { fullJitterMs } from './retry.js';

const LEAST_MS = 500;

/** Longer than that nobody is left alone, whatever one answer of a proxy asks for. */
const MOST_MS = 60_000;

/** After a failure the server is left alone for a while, the longer the more failures there were. */
export interface Cooldown {
  /** Why it is left alone; undefined when it is not. */
  readonly why: () => BatonError | undefined;
  readonly start: (error: BatonError) => void;
  readonly end: () => void;
}

export function createCooldown(clock: BatonClock): Cooldown {
  let failures = 0;
  let sinceMs = 0;
  let lastsMs = 0;
  let last: BatonError | undefined;
  return {
    // A clock that was set back by more ends it, rather than making it last.
    why: () => (Math.abs(clock.now() - sinceMs) < lastsMs ? last : undefined),
    start(error) {
      last = error;
      failures += 1;
      sinceMs = clock.now();
      const { retryAfterMs = 0 } = error.details;
      lastsMs = Math.min(MOST_MS, Math.max(retryAfterMs, LEAST_MS + fullJitterMs(failures)));
    },
    end() {
      failures = lastsMs = 0;
    },
  };
}
