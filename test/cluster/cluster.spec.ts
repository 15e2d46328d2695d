import { jest } from '@jest/globals';
import { play, tidyUp } from './play.js';
import { POSTGRES } from './postgres.js';

/** Longer than any scenario takes; all of them together take less than ten minutes. */
jest.setTimeout(120_000);

afterEach(tidyUp);

/** @see issue 15 */
describe.each([['on PostgreSQL with a standby', POSTGRES]] as const)(
  '%s',
  (_setting, scenarios) => {
    it.each(scenarios)('$name', async (scenario) => {
      expect(await play(scenario)).toEqual([]);
    });
  },
);
