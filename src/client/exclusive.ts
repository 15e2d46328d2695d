import type { BatonClock } from './clock.js';
import type { Events } from './events.js';
import type { BatonLock } from './lock.js';
import { withDeadline } from './retry.js';

/** So long the lock is waited for. Whoever holds it longer is frozen, or never lets go. Milliseconds. */
const LONGEST_WAIT_MS = 5000;

/**
 * Keeps the lock when the task that runs under it is over, until the signal aborts.
 *
 * @returns false where the lock could not be had: the server tolerates who comes at the same time
 */
export type Keep = (stopped: AbortSignal) => boolean;

/**
 * Runs a task that no other tab or process runs at the same time, while no listener is called. Where the lock is
 * refused, or not to be had for seconds, the task runs without it.
 *
 * @throws whatever the task throws
 */
export type Exclusively = <Result>(task: (keep: Keep) => Promise<Result>) => Promise<Result>;

export function exclusivelyBy(lock: BatonLock, events: Events, clock: BatonClock): Exclusively {
  /** Once the lock is kept here it is had without being asked for. */
  let isKept = false;

  /** @returns what frees the lock, and waits until it is free */
  const taken = (signal: AbortSignal) =>
    new Promise<() => Promise<unknown>>((resolve, reject) => {
      const held = () =>
        new Promise<void>((free) => {
          resolve(() => {
            free();
            return locked;
          });
          // Too late: the task is running without it.
          if (signal.aborted) free();
        });
      const locked = lock.run(held, signal).catch(reject);
    });

  return async (task) => {
    const free = isKept
      ? undefined
      : await withDeadline(clock, LONGEST_WAIT_MS, taken).catch(() => {});
    events.hold();
    const keep: Keep = (stopped) => {
      stopped.addEventListener('abort', () => free?.());
      return (isKept ||= !!free);
    };
    try {
      return await task(keep);
    } finally {
      if (!isKept) await free?.();
      events.release();
    }
  };
}
