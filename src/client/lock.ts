/** Lets one of many tabs or processes refresh at a time. */
export interface BatonLock {
  /**
   * Runs `task` while nobody else holds the lock, and frees it when the task has settled or its process has died.
   *
   * @param signal ends the waiting, never a task that has begun; a queue whose tasks all end may do without
   * @returns what the task returns
   * @throws what the task throws, or the signal's reason
   */
  run<Result>(task: () => Promise<Result>, signal: AbortSignal): Promise<Result>;
}

/** A queue: each task begins when those before it have settled. */
export function inTurn(): <Result>(task: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const result = last.then(task);
    last = result.catch(() => {});
    return result;
  };
}
