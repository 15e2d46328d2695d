import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { type AttemptPlace, type AttemptStore, SharedAttempts } from './shared-attempts.js';

const PLACE: AttemptPlace = { entered: true, window: 'first', underWay: 1, secondsLeft: 60 };
const FULL: AttemptPlace = { ...PLACE, entered: false, underWay: 0 };

/** A store that answers with these, one after another, and notes what it is asked. */
function storeOf(...answers: readonly (() => Promise<AttemptPlace>)[]) {
  const asked: unknown[][] = [];
  let next = 0;
  const store: AttemptStore = {
    enter: (...of) => {
      asked.push(['enter', ...of]);
      const answer = answers[next];
      next += 1;
      if (answer === undefined) throw new Error('it has no answer');
      return answer();
    },
    leave: async (...of) => asked.push(['leave', ...of]),
  };
  return { asked, attempts: new SharedAttempts(store, 60) };
}

beforeAll(() => Logger.overrideLogger(false));

/** @see issue 15 */
describe('attempts in a store that all instances share', () => {
  it('take a place, and give it back in the window in which they took it', async () => {
    const { asked, attempts } = storeOf(async () => PLACE);
    const leave = await attempts.enter('ann', 3);
    if (typeof leave !== 'function') throw new Error('It was not let in');
    leave(true);
    await sleep(0);
    expect(asked).toEqual([
      ['enter', 'ann', 3, 60],
      ['leave', 'ann', 'first', true],
    ]);
  });

  it('are refused until the window ends when all places are failures', async () => {
    expect(await storeOf(async () => FULL).attempts.enter('ann', 3)).toBe(60);
  });

  it('wait for those under way elsewhere, which may yet succeed', async () => {
    const busy = { ...FULL, underWay: 1 };
    const { attempts } = storeOf(
      async () => busy,
      async () => PLACE,
    );
    expect(await attempts.enter('ann', 3)).toEqual(expect.any(Function));
  });

  it('do without a store that fails or throws, and then leave it alone', async () => {
    const { asked, attempts } = storeOf();
    expect(await attempts.enter('ann', 3)).toBeNull();
    expect(await attempts.enter('ann', 3)).toBeNull();
    expect(asked).toHaveLength(1);
  });

  it('do without an answer that is late, and give back the place that it brings', async () => {
    const { asked, attempts } = storeOf(() => sleep(250, PLACE));
    const startedMs = performance.now();
    expect(await attempts.enter('ann', 3)).toBeNull();
    expect(performance.now() - startedMs).toBeLessThan(240);
    await sleep(300);
    expect(asked.at(-1)).toEqual(['leave', 'ann', 'first', false]);
  });
});
