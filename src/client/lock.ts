import { unlessAborted } from './retry.js';

/** Lets one of many tabs or processes refresh at a time. */
export interface BatonLock {
  /**
   * Runs `task` while nobody else holds the lock, and frees it when the task has settled or its process has died.
   *
   * @param signal ends the waiting, never a task that has begun
   * @returns what the task returns
   * @throws what the task throws, or the signal's reason
   */
  run<Result>(task: () => Promise<Result>, signal: AbortSignal): Promise<Result>;
}

/** One queue for each owner, so that two clients on one storage object exclude each other. */
const tails = new WeakMap<object, Promise<unknown>>();

/** A lock for those who share an object, hence a process. */
export function queueLock(owner: object): BatonLock {
  return {
    run(task, signal) {
      const before = Promise.resolve(tails.get(owner));
      const turn = unlessAborted(signal, before).then(task);
      tails.set(owner, Promise.allSettled([before, turn]));
      return turn;
    },
  };
}
