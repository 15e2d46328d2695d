import type { BatonClock } from './clock.js';
import type { Events } from './events.js';
import type { BatonLock } from './lock.js';
import { withDeadline } from './retry.js';

/** So long the lock is waited for. Whoever holds it longer is frozen, or never lets go. Milliseconds. */
const LONGEST_WAIT_MS = 5000;

/** What a task may do about the lock that it runs under. */
export interface Hold {
  /** False where the lock could not be had: the server tolerates who comes at the same time. */
  readonly isHeld: boolean;
  /** Keeps the lock when the task is over, until the promise settles. */
  readonly keep: (until: Promise<unknown>) => void;
}

/**
 * Runs a task that no other tab or process runs at the same time, while no listener is called. Where the lock is
 * refused, or not to be had for seconds, the task runs without it.
 *
 * @throws whatever the task throws
 */
export type Exclusively = <Result>(task: (hold: Hold) => Promise<Result>) => Promise<Result>;

export function exclusivelyBy(lock: BatonLock, events: Events, clock: BatonClock): Exclusively {
  /** Set while the lock is kept here: it is had, then, without being asked for. */
  let kept: Promise<unknown> | undefined;
  const keep = (until: Promise<unknown>) => (kept = until);
  return async (task) => {
    if (kept) return events.hold(() => task({ isHeld: true, keep })).finally(events.flush);
    let result: ReturnType<typeof task> | undefined;
    let isIn = false;
    // Once, whether the lock is had in time, too late or not at all.
    const run = (isHeld: boolean) => (result ??= events.hold(() => task({ isHeld, keep })));
    let locked: Promise<unknown> | undefined;
    const waiting = (signal: AbortSignal) =>
      new Promise<unknown>((begin) => {
        const inLock = async () => {
          isIn = !result;
          begin(null);
          await run(true).catch(() => {});
          await kept;
        };
        // A lock may throw as well as reject.
        locked = Promise.resolve().then(() => lock.run(inLock, signal));
        locked = locked.catch(() => {}).then(begin);
      });
    await withDeadline(clock, LONGEST_WAIT_MS, waiting).catch(() => {});
    return run(false)
      .finally(() => isIn && !kept && locked)
      .finally(events.flush);
  };
}
