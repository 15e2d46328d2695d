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

/** The locks of storages that bring none. */
const locks = new WeakMap<object, BatonLock>();

/** The storage's own lock, else one for all clients of this process on the same storage. */
export function lockOf(storage: { readonly lock?: BatonLock }): BatonLock {
  const lock = storage.lock ?? locks.get(storage) ?? { run: inTurn() };
  locks.set(storage, lock);
  return lock;
}
