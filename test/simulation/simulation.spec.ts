import { SimulatedDatabase } from './database.js';
import { playSchedule } from './schedule.js';

/** The CI plays 2,000 by `npm run simulate`, which is three times as fast as under Jest. */
const SCHEDULES = 40;
const PATIENCE_MS = 120_000;

let database: SimulatedDatabase;

beforeAll(async () => {
  database = await SimulatedDatabase.open();
});

afterAll(() => database.close());

/** @see issue 15 */
it(
  `every property holds in ${SCHEDULES} schedules`,
  async () => {
    let broken: string | null = null;
    for (let seed = 1; seed <= SCHEDULES && broken === null; seed += 1) {
      const { violation, trace } = await playSchedule(database, seed);
      if (violation !== null) broken = `${trace}\nseed ${seed}: ${violation}`;
    }
    expect(broken).toBeNull();
  },
  PATIENCE_MS,
);

it('a seed is played the same each time', async () => {
  const played = await playSchedule(database, 101);
  expect(await playSchedule(database, 101)).toEqual(played);
  expect(played.trace).toContain('rotated');
});
