import { rethrow } from './errors.js';
import type { Events } from './events.js';
import type { BatonLock } from './lock.js';
import { withDeadline } from './retry.js';

/**
 * Runs a task that no other tab or process runs at the same time, while no listener is called.
 *
 * @throws BatonError `refresh_failed` when the lock cannot be had, and whatever the task throws that is a `BatonError`
 */
export type Exclusively = <Result>(task: () => Promise<Result>) => Promise<Result>;

/** @param longestWaitMs for the lock; longer than anybody holds it */
export function exclusivelyBy(lock: BatonLock, events: Events, longestWaitMs: number): Exclusively {
  return (task) =>
    withDeadline(longestWaitMs, (signal) => lock.run(() => events.hold(task), signal))
      .catch(rethrow('refresh_failed'))
      .finally(events.flush);
}
