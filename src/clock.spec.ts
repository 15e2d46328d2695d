import { jest } from '@jest/globals';
import { repeatEvery } from './clock.js';

const ignore = (): void => {};

/** Whether a timer keeps the process from ending. */
function holdsOpen(timer: unknown): boolean {
  const knows = typeof timer === 'object' && timer !== null && 'hasRef' in timer;
  return !knows || typeof timer.hasRef !== 'function' || timer.hasRef() === true;
}

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

describe('a task that is repeated', () => {
  it('runs every so often until it is stopped', async () => {
    const task = jest.fn(async () => {});
    const stop = repeatEvery(500, task, ignore);
    await jest.advanceTimersByTimeAsync(499);
    expect(task).toHaveBeenCalledTimes(0);
    await jest.advanceTimersByTimeAsync(1001);
    expect(task).toHaveBeenCalledTimes(3);
    stop();
    await jest.advanceTimersByTimeAsync(5000);
    expect(task).toHaveBeenCalledTimes(3);
  });

  it('is not overtaken by its next run', async () => {
    const ends: (() => void)[] = [];
    const task = jest.fn(() => new Promise<void>((resolve) => ends.push(resolve)));
    const stop = repeatEvery(500, task, ignore);
    await jest.advanceTimersByTimeAsync(5000);
    expect(task).toHaveBeenCalledTimes(1);
    for (const end of ends) end();
    await jest.advanceTimersByTimeAsync(500);
    expect(task).toHaveBeenCalledTimes(2);
    stop();
  });

  it('goes on after a run that failed, whose error is told', async () => {
    const errors: unknown[] = [];
    const failure = new Error('not now');
    const stop = repeatEvery(
      500,
      () => Promise.reject(failure),
      (error) => errors.push(error),
    );
    await jest.advanceTimersByTimeAsync(1000);
    expect(errors).toEqual([failure, failure]);
    stop();
  });

  it('does not run at once where the interval is longer than a timer holds', async () => {
    const task = jest.fn(async () => {});
    const stop = repeatEvery(30 * 86_400_000, task, ignore);
    await jest.advanceTimersByTimeAsync(1000);
    expect(task).toHaveBeenCalledTimes(0);
    stop();
  });

  it('never holds the process open', () => {
    const timers = jest.spyOn(globalThis, 'setInterval');
    const stop = repeatEvery(500, async () => {}, ignore);
    expect(timers.mock.results.map(({ value }) => holdsOpen(value))).toEqual([false]);
    stop();
    timers.mockRestore();
  });
});
