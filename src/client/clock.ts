/** Time, as the client is told it: tests turn it. */
export interface BatonClock {
  /** Unix milliseconds, by the device's clock. */
  now(): number;

  /**
   * Calls `task` once.
   *
   * @param isIdle whether a process may end without it
   * @returns prevents the call
   */
  setTimeout(task: () => void, ms: number, isIdle?: boolean): () => void;
}

/** The device's own, looked up at each call, so that fake timers reach it. */
export const systemClock: BatonClock = {
  now: () => Date.now(),
  setTimeout(task, ms, isIdle) {
    const timer = setTimeout(task, ms);
    if (isIdle) Object(timer).unref?.();
    return () => clearTimeout(timer);
  },
};
