import { LEAST_COOLDOWN_MS, MOST_COOLDOWN_MS } from './bounds.js';
import type { BatonClock } from './clock.js';
import { BatonError } from './errors.js';
import { fullJitterMs } from './retry.js';
import type { Session } from './session.js';

/** After a failure the server is left alone for a while, the longer the more failures there were. */
export interface Cooldown {
  /** Why it is left alone, for a while or for ever; undefined when it is not. */
  readonly why: () => BatonError | undefined;
  readonly start: (error: BatonError) => void;
  /** The network, or the user, is back. */
  readonly end: () => void;
  /** A refresh succeeded. That ends it, unless such a token was refused before. */
  readonly noteRefreshed: () => void;
  /** A token was taken by a server: what was refused before is forgotten, unless it was the same. */
  readonly noteAccepted: (session: Session) => void;
  /**
   * Whether another token would fare no better, for a while.
   *
   * @param refused one that was refused as soon as it was issued
   */
  readonly isRejecting: (refused?: string | false) => unknown;
}

/** @param isOver whether nothing is refreshed any more */
export function createCooldown(clock: BatonClock, isOver: () => boolean): Cooldown {
  let failures = 0;
  let sinceMs = 0;
  let lastsMs = 0;
  let last: BatonError | undefined;
  /** The token that was refused as soon as it was issued, until another one has been taken. */
  let rejected: string | undefined;

  const why = () => {
    if (isOver()) return new BatonError('disposed');
    // A clock that was set back by more ends it, rather than making it last.
    return Math.abs(clock.now() - sinceMs) < lastsMs ? last : undefined;
  };
  const start = (error: BatonError) => {
    last = error;
    failures += 1;
    sinceMs = clock.now();
    lastsMs = Math.min(
      MOST_COOLDOWN_MS,
      Math.max(error.details.retryAfterMs ?? 0, LEAST_COOLDOWN_MS + fullJitterMs(failures)),
    );
  };
  const end = () => {
    failures = lastsMs = 0;
    rejected = undefined;
  };

  return {
    why,
    start,
    end,
    noteRefreshed() {
      if (!rejected) end();
    },
    noteAccepted({ access_token: token }) {
      if (rejected && token !== rejected) end();
    },
    isRejecting(refused) {
      if (refused) {
        rejected = refused;
        start(new BatonError('refresh_failed', { status: 401 }));
      }
      return rejected && why();
    },
  };
}
