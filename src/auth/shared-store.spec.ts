import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { SharedStore } from './shared-store.js';

const WITHIN_MS = 100;
/** In which an answer in time, or the giving up, is seen. */
const SOON_MS = WITHIN_MS + 10;
const SILENCE_MS = 5_000;
const SENTENCES = { alone: 'Each counts alone', again: 'All count together again' };

let store: SharedStore;
let told: string[];

beforeEach(() => {
  jest.useFakeTimers();
  store = new SharedStore(WITHIN_MS, SENTENCES);
  told = [];
  const tell = (message: unknown) => void told.push(String(message));
  jest.spyOn(Logger.prototype, 'warn').mockImplementation(tell);
  jest.spyOn(Logger.prototype, 'log').mockImplementation(tell);
});

afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

const failing = () => Promise.reject(new Error('away'));
const after = (ms: number) => () =>
  new Promise<string>((resolve) => setTimeout(() => resolve('answer'), ms));

async function asked(
  question: () => Promise<string>,
  late?: (answer: string) => void,
): Promise<string | null> {
  const answer = store.ask(question, late);
  await jest.advanceTimersByTimeAsync(SOON_MS);
  return answer;
}

it('answers with what the store says, and tells nobody', async () => {
  expect(await asked(after(WITHIN_MS - 1))).toBe('answer');
  expect(told).toEqual([]);
});

describe('a store that fails', () => {
  it.each([
    ['by its answer', failing, 'away'],
    [
      'before it answers',
      () => {
        throw new TypeError('broken');
      },
      'broken',
    ],
    ['by no answer in time', after(WITHIN_MS + 50), 'it does not answer'],
  ])('%s is told of, and stands for no answer', async (_what, question, why) => {
    expect(await asked(question)).toBeNull();
    expect(told).toEqual([`Each counts alone (${why})`]);
  });

  it('is left alone for five seconds', async () => {
    await asked(failing);
    await jest.advanceTimersByTimeAsync(SILENCE_MS - SOON_MS - 1);
    const question = jest.fn(after(0));
    expect(await store.ask(question)).toBeNull();
    expect(question).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    expect(await asked(question)).toBe('answer');
  });

  it('is told of once, and once when it is back, each time', async () => {
    for (const question of [failing, failing, after(0), after(0), failing]) {
      await jest.advanceTimersByTimeAsync(SILENCE_MS);
      await asked(question);
    }
    const alone = 'Each counts alone (away)';
    expect(told).toEqual([alone, 'All count together again', alone]);
  });

  it('hands a late answer to whoever takes it', async () => {
    const late = jest.fn();
    await asked(after(WITHIN_MS + 50), late);
    expect(late).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(50);
    expect(late).toHaveBeenCalledWith('answer');
  });

  it('hands on no answer that came in time', async () => {
    const late = jest.fn();
    await asked(after(0), late);
    await jest.advanceTimersByTimeAsync(SILENCE_MS);
    expect(late).not.toHaveBeenCalled();
  });
});

describe('what it is told', () => {
  it('is sent, and waited for by nobody', async () => {
    const message = jest.fn(after(0));
    store.tell(message);
    await jest.advanceTimersByTimeAsync(0);
    expect(message).toHaveBeenCalledTimes(1);
    expect(told).toEqual([]);
  });

  it('may fail, and the store is then left alone as well', async () => {
    store.tell(failing);
    await jest.advanceTimersByTimeAsync(0);
    expect(told).toEqual(['Each counts alone (away)']);
    expect(await asked(after(0))).toBeNull();
  });
});
