const BASE_MS = 300;
const LONGEST_MS = 30_000;

/**
 * A random part of a pause that doubles with each attempt.
 *
 * @param attempt 0 for the first
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ full jitter
 */
export function fullJitterMs(attempt: number): number {
  return Math.random() * Math.min(LONGEST_MS, BASE_MS * 2 ** attempt);
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
 * Runs a task until it succeeds, at most so many times.
 *
 * @param isWorthwhile whether it may succeed the next time
 * @throws what the last try threw
 */
export async function retry<Result>(
  times: number,
  task: () => Result | Promise<Result>,
  isWorthwhile: (error: unknown) => boolean = () => true,
): Promise<Result> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await task();
    } catch (error) {
      if (attempt + 1 >= times || !isWorthwhile(error)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, fullJitterMs(attempt)));
  }
}

/** Runs a task whose signal aborts when time is up. */
export function withDeadline<Result>(
  ms: number,
  task: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), ms);
  return task(controller.signal).finally(() => clearTimeout(timer));
}

/** The promise itself, unless the signal aborts first. @throws the signal's reason */
export function unlessAborted<Result>(
  signal: AbortSignal,
  promise: Promise<Result>,
): Promise<Result> {
  return Promise.race([
    new Promise<never>((_, reject) => {
      const onAbort = () => reject(signal.reason);
      if (signal.aborted) onAbort();
      signal.addEventListener('abort', onAbort);
    }),
    promise,
  ]);
}
