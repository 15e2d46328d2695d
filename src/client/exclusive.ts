import { PATIENCE_MS } from './bounds.js';
import type { BatonClock } from './clock.js';
import type { Events } from './events.js';
import { type BatonLock, inTurn } from './lock.js';
import { withDeadline } from './retry.js';

/**
 * Keeps the lock when the task that runs under it is over, until it is freed.
 *
 * @returns false where the lock could not be had: the server tolerates who comes at the same time
 */
export type Keep = () => boolean;

/**
 * Runs a task that no other tab or process runs at the same time, while no listener is called. Where the lock is
 * refused, or not to be had for seconds, the task runs without it, when those of this client are over.
 *
 * @throws whatever the task throws
 */
export type Exclusively = <Result>(task: (keep: Keep) => Promise<Result>) => Promise<Result>;

/** @returns besides, what frees a lock that was kept */
export function exclusivelyBy(
  lock: BatonLock,
  events: Events,
  clock: BatonClock,
): [Exclusively, () => void] {
  /** Frees the lock that is kept; it is had from then on without being asked for. */
  let kept: (() => Promise<unknown>) | undefined;
  const oneByOne = inTurn();

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

  const exclusively: Exclusively = async (task) => {
    // What has been told already is heard before the lock is held.
    await Promise.resolve();
    const free = kept
      ? undefined
      : await withDeadline(clock, PATIENCE_MS, taken).catch(() => undefined);
    return oneByOne(async () => {
      events.hold();
      try {
        return await task(() => !!(kept ??= free));
      } finally {
        // Neither is its end waited for for ever.
        if (free && !kept) await withDeadline(clock, PATIENCE_MS, free).catch(() => {});
        events.release();
      }
    });
  };
  return [exclusively, () => void kept?.()];
}
