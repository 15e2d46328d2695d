import { jest } from '@jest/globals';
import { UnavailableError } from '../errors.js';
import { ConnectionTakenError } from './connection-taken.js';
import { WaitingLine } from './waiting-line.js';

const PATIENCE_MS = 5_000;
const POLL_MS = 10;

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

/** A line before a connection that is taken until it is let go of. It answers with what it was asked. */
function takenLine() {
  let isTaken = true;
  const answerAll = jest.fn((questions: readonly string[]) => {
    if (isTaken) throw ConnectionTakenError.byTransaction();
    return questions;
  });
  const line = new WaitingLine<string, string>(answerAll);
  return { line, answerAll, letGo: () => (isTaken = false) };
}

/** What has become of a promise so far. */
function outcomeOf(answer: Promise<string>): () => unknown {
  let outcome: unknown = 'waits';
  answer.then(
    (value) => (outcome = value),
    (error: unknown) => (outcome = error),
  );
  return () => outcome;
}

describe('whoever waits for a connection that is taken', () => {
  it('is answered within ten milliseconds of its being free', async () => {
    const { line, letGo } = takenLine();
    const outcome = outcomeOf(line.ask('a'));
    await jest.advanceTimersByTimeAsync(1_000);
    letGo();
    expect(outcome()).toBe('waits');
    await jest.advanceTimersByTimeAsync(POLL_MS);
    expect(outcome()).toBe('a');
  });

  it('is looked after by one timer, however often somebody looks in between', async () => {
    const { line, answerAll } = takenLine();
    void line.ask('a');
    await jest.advanceTimersByTimeAsync(1);
    for (let look = 0; look < 3; look += 1) line.serve();
    answerAll.mockClear();
    await jest.advanceTimersByTimeAsync(POLL_MS);
    expect(answerAll).toHaveBeenCalledTimes(1);
  });

  it('waits five seconds, and is then told that the database is unavailable', async () => {
    const { line } = takenLine();
    const outcome = outcomeOf(line.ask('a'));
    await jest.advanceTimersByTimeAsync(PATIENCE_MS - 1);
    expect(outcome()).toBe('waits');
    await jest.advanceTimersByTimeAsync(POLL_MS);
    expect(outcome()).toBeInstanceOf(UnavailableError);
  });

  it('gives up alone: who came later waits on', async () => {
    const { line, letGo } = takenLine();
    const first = outcomeOf(line.ask('a'));
    await jest.advanceTimersByTimeAsync(2_000);
    const second = outcomeOf(line.ask('b'));
    await jest.advanceTimersByTimeAsync(PATIENCE_MS - 1_000);
    expect(first()).toBeInstanceOf(UnavailableError);
    expect(second()).toBe('waits');
    letGo();
    await jest.advanceTimersByTimeAsync(POLL_MS);
    expect(second()).toBe('b');
  });

  it('is not looked after more often for many', async () => {
    const { line, answerAll } = takenLine();
    for (const question of ['a', 'b', 'c']) outcomeOf(line.ask(question));
    await jest.advanceTimersByTimeAsync(10 * POLL_MS);
    expect(answerAll.mock.calls.length).toBeLessThanOrEqual(11);
    expect(answerAll.mock.calls.at(-1)).toEqual([['a', 'b', 'c']]);
  });

  it('is looked after no more when everybody has gone', async () => {
    const { line } = takenLine();
    outcomeOf(line.ask('a'));
    await jest.advanceTimersByTimeAsync(PATIENCE_MS + POLL_MS);
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('those who come within one turn of the event loop', () => {
  it('are answered together, and those of the next apart', async () => {
    const { line, answerAll, letGo } = takenLine();
    letGo();
    const outcomes = ['a', 'b'].map((question) => outcomeOf(line.ask(question)));
    await jest.advanceTimersByTimeAsync(0);
    outcomes.push(outcomeOf(line.ask('c')));
    await jest.advanceTimersByTimeAsync(0);
    expect(outcomes.map((outcome) => outcome())).toEqual(['a', 'b', 'c']);
    expect(answerAll.mock.calls).toEqual([[['a', 'b']], [['c']]]);
  });

  it('fail alone where it is the fault of one', async () => {
    const line = new WaitingLine<string, string>((questions) => {
      if (questions.includes('b')) throw new TypeError('b');
      return questions;
    });
    const outcomes = ['a', 'b', 'c'].map((question) => outcomeOf(line.ask(question)));
    await jest.advanceTimersByTimeAsync(0);
    expect(outcomes.map((outcome) => outcome())).toEqual(['a', new TypeError('b'), 'c']);
  });
});
