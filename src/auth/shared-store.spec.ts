import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { ConsoleLogger, Logger } from '@nestjs/common';
import { SharedStore } from './shared-store.js';

const SENTENCES = { alone: 'alone', again: 'again' };
const away = async (): Promise<never> => Promise.reject(new Error('it is away'));
const without = (): Promise<number> => {
  throw new Error('it has no such command');
};

let told: string[];
beforeEach(() => {
  told = [];
  const note = (message: unknown) => told.push(String(message));
  Logger.overrideLogger(Object.assign(new ConsoleLogger(), { warn: note, log: note }));
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
});
afterEach(() => {
  jest.useRealTimers();
  Logger.overrideLogger(false);
});

/** @see issue 15, section 6: a shared store that is slow or hung costs nothing */
describe('a store that all instances share', () => {
  it('is left alone for five seconds after a failure, and asked again then', async () => {
    const store = new SharedStore(100, SENTENCES);
    expect(await store.ask(away)).toBeNull();
    jest.advanceTimersByTime(4_999);
    expect(await store.ask(async () => 'an answer')).toBeNull();
    jest.advanceTimersByTime(1);
    expect(await store.ask(async () => 'an answer')).toBe('an answer');
  });

  it('is told of once when it fails, with the cause, and once when it is back', async () => {
    const store = new SharedStore(100, SENTENCES);
    await store.ask(away);
    jest.advanceTimersByTime(5_000);
    await store.ask(away);
    expect(told).toEqual(['alone (it is away)']);
    jest.advanceTimersByTime(5_000);
    await store.ask(async () => 1);
    await store.ask(async () => 1);
    expect(told).toEqual(['alone (it is away)', 'again']);
  });

  it('that throws instead of answering is one that fails', async () => {
    expect(await new SharedStore(100, SENTENCES).ask(without)).toBeNull();
    expect(told).toEqual(['alone (it has no such command)']);
  });

  it('that fails at what nobody waits for is left alone as well', async () => {
    const store = new SharedStore(100, SENTENCES);
    store.tell(away);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await store.ask(async () => 1)).toBeNull();
  });

  it('that answers late has its answer handed on', async () => {
    jest.useRealTimers();
    const late: string[] = [];
    const store = new SharedStore(20, SENTENCES);
    expect(
      await store.ask(
        () => sleep(60, 'a place'),
        (answer) => late.push(answer),
      ),
    ).toBeNull();
    await sleep(60);
    expect(late).toEqual(['a place']);
  });
});
