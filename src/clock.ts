/**
 * Where rules take the time from: an option, which tests turn, or the database's, which is derived from
 * {@link machineTime}. How long something takes is measured by the monotonic clock, wherever it is.
 */
export interface Clock {
  /** The current time, Unix milliseconds. */
  nowMs(): number;
}

/** The token under which the module's parts receive the clock. */
export const CLOCK = Symbol('nestjs-baton clock');

/** The two clocks of a machine. */
export interface MachineTime {
  /** Runs on evenly, whatever the machine's clock is set to; where it began means nothing. Milliseconds. */
  readonly monotonicMs: () => number;
  /** What the machine takes the time to be, which people and programs change. Unix milliseconds. */
  readonly wallMs: () => number;
}

/** Those of the machine that this runs on. */
export const machineTime: MachineTime = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
};

/** The largest delay a Node timer can hold. A longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Runs `task` every `intervalMs` milliseconds until stopped. A run that is still under way is not
 * overtaken by the next one, and the timer never holds the process open.
 *
 * @param onError receives what a run threw; the runs go on
 * @returns stops the runs
 */
export function repeatEvery(
  intervalMs: number,
  task: () => Promise<void>,
  onError: (error: unknown) => void,
): () => void {
  let running = false;
  const timer = setInterval(
    () => {
      if (running) return;
      running = true;
      void task()
        .catch(onError)
        .finally(() => {
          running = false;
        });
    },
    Math.min(intervalMs, LONGEST_TIMER_MS),
  );
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * What `answer` resolves to, when it does so in time. An answer that has arrived while this process was busy
 * is in time: it is read before this gives up.
 *
 * @throws Error with `late` as its message after `limitMs` milliseconds
 */
export async function answerWithin<Answer>(
  limitMs: number,
  answer: Promise<Answer>,
  late: string,
): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const impatience = new Promise<never>((_resolve, reject) => {
    const giveUp = (): void => reject(new Error(late));
    timer = setTimeout(() => setImmediate(() => setImmediate(giveUp)), limitMs);
  });
  return Promise.race([answer, impatience]).finally(() => clearTimeout(timer));
}
