import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { TurnedClock } from '../../../test/host/turned-clock.js';
import { TooManyAttemptsError } from '../../errors.js';
import { resolveOptions } from '../auth.options.js';
import { AttemptLimits } from './attempt-limits.js';
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
  return { asked, store, attempts: new SharedAttempts(store, 60) };
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

describe('an attempt that is refused', () => {
  it('has asked again for five seconds while those under way elsewhere might yet succeed', async () => {
    let nowMs = 0;
    const now = jest.spyOn(performance, 'now').mockImplementation(() => nowMs);
    const enter = jest.fn(async () => {
      nowMs += 1_250;
      return { ...FULL, underWay: 1, secondsLeft: 30 };
    });
    const attempts = new SharedAttempts({ enter, leave: async () => {} }, 60);
    expect(await attempts.enter('ann', 3)).toBe(30);
    expect(enter).toHaveBeenCalledTimes(4);
    now.mockRestore();
  });

  it('is never told to come back at once', async () => {
    const ending = { ...FULL, secondsLeft: 0 };
    expect(await storeOf(async () => ending).attempts.enter('ann', 3)).toBe(1);
  });
});

const ADDRESS = '192.0.2.1';
const HASH_OF_ANN = createHash('sha256').update('ann').digest('base64url');

function limitsWith(...answers: readonly (() => Promise<AttemptPlace>)[]) {
  const { asked, store } = storeOf(...answers);
  const { attempts } = resolveOptions({
    users: { authenticate: async () => null, findById: async () => null },
    accessSecret: 'the access secret, 32 bytes or more.',
    refreshSecret: 'the refresh secret, 32 bytes or more',
    attempts: { perName: 2, perAddress: 5, window: '1m', store },
  });
  return { asked, limits: new AttemptLimits({ attempts }, new TurnedClock()) };
}

const given = async () => PLACE;
const full = async () => FULL;

describe('what the store is asked for', () => {
  it.each([
    ['a login that fails', async () => null, true],
    ['a login that succeeds', async () => 'ann', false],
  ])('%s: the name, by its hash, and the address', async (_what, attempt, failed) => {
    const { asked, limits } = limitsWith(given, given);
    await limits.login('ＡＮＮ', ADDRESS, attempt);
    await sleep(0);
    expect(asked).toEqual([
      ['enter', `name ${HASH_OF_ANN} ${ADDRESS}`, 2, 60],
      ['enter', `address ${ADDRESS}`, 5, 60],
      ['leave', `name ${HASH_OF_ANN} ${ADDRESS}`, 'first', failed],
      ['leave', `address ${ADDRESS}`, 'first', failed],
    ]);
  });

  it('a registration: the address, apart from that of logins', async () => {
    const { asked, limits } = limitsWith(given);
    await limits.registration(ADDRESS, async () => 'ann');
    expect(asked[0]).toEqual(['enter', `registration ${ADDRESS}`, 5, 60]);
  });

  it('a login that it refuses is refused, and takes no place here', async () => {
    const { limits } = limitsWith(full, full, full, given, given);
    for (let tries = 0; tries < 3; tries += 1) {
      const refused = limits.login('ann', ADDRESS, async () => 'ann');
      await expect(refused).rejects.toEqual(new TooManyAttemptsError(60));
    }
    expect(await limits.login('ann', ADDRESS, async () => 'ann')).toBe('ann');
  });
});
