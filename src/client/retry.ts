import { FIRST_PAUSE_MS, LAST_ATTEMPT, LONGEST_PAUSE_MS } from './bounds.js';
import type { BatonClock } from './clock.js';

/**
 * A random part of a pause that doubles with each attempt.
 *
 * @param attempt 0 for the first
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ full jitter
 */
export function fullJitterMs(attempt: number): number {
  return Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
}

/**
 * How long a server asks to be left alone. A date is taken relative to the answer's own, as the device's clock may be
 * wrong.
 *
 * @returns 0 when it does not ask
 * @see RFC 9110 section 10.2.3
 */
export function retryAfterMs(headers: Headers): number {
  const dateMs = (name: string) => Date.parse(headers.get(name) ?? '');
  const ms = Number(headers.get('retry-after')) * 1000 || dateMs('retry-after') - dateMs('date');
  return ms > 0 ? ms : 0;
}

/**
 * Runs a task until it succeeds, three times at most.
 *
 * @param isWorthwhile whether it may succeed the next time
 * @throws what the last try threw
 */
export async function retry<Result>(
  clock: BatonClock,
  task: () => Result | Promise<Result>,
  isWorthwhile: (error: unknown) => boolean,
  attempt = 0,
): Promise<Result> {
  try {
    return await task();
  } catch (error) {
    if (attempt === LAST_ATTEMPT || !isWorthwhile(error)) throw error;
  }
  await new Promise<void>((resolve) => clock.setTimeout(resolve, fullJitterMs(attempt)));
  return retry(clock, task, isWorthwhile, attempt + 1);
}

/**
 * Runs a task that has so much time, and whose signal aborts when that is up.
 *
 * @param cancelled aborts the task's signal, too; the task is waited for all the same, as long as it has time
 * @throws Error when time is up, also where the task takes no notice of its signal
 */
export function withDeadline<Result>(
  clock: BatonClock,
  ms: number,
  task: (signal: AbortSignal) => Promise<Result>,
  cancelled?: AbortSignal,
): Promise<Result> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  cancelled?.addEventListener('abort', abort);
  return unless(task(controller.signal), (giveUp) =>
    clock.setTimeout(() => {
      giveUp(new Error('Timed out'));
      abort();
    }, ms),
  );
}

/** The promise itself, unless the signal aborts first. @throws the signal's reason, which not every platform has */
export function unlessAborted<Result>(
  signal: AbortSignal | null | undefined,
  promise: Promise<Result>,
): Promise<Result> {
  if (!signal) return promise;
  return unless(promise, (giveUp) => {
    const onAbort = () =>
      giveUp(signal.reason ?? Object.assign(new Error('Aborted'), { name: 'AbortError' }));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort);
    return () => signal.removeEventListener('abort', onAbort);
  });
}

/** @param watch may give the promise up; returns what ends the watching */
function unless<Result>(
  promise: Promise<Result>,
  watch: (giveUp: (reason: unknown) => void) => () => void,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    promise.then(resolve, reject).finally(watch(reject));
  });
}
