/** Seeded schedules over the client and the server's own parts. @see issue 13, section 7 */
import { runSchedule } from './schedule.js';
import { type SimulatedServer, startSimulatedServer } from './server.js';

/**
 * By `npm run simulate:client -- --runs N --seed S`: so many, and from which seed on. The CI plays 1,000 that way,
 * for what measures coverage makes each four times as long.
 */
const RUNS = Number(process.env['SIMULATE_RUNS'] ?? 60);
const FIRST_SEED = Number(process.env['SIMULATE_SEED'] ?? 1);

let server: SimulatedServer;
beforeAll(async () => {
  server = await startSimulatedServer();
});
afterAll(() => server.close());

it(
  `no schedule of ${RUNS} makes anybody another, tells a server another's token or signs out without a cause`,
  async () => {
    for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed += 1) {
      const { violations, trace } = await runSchedule(seed, server);
      const replay = `Replayed by: npm run simulate:client -- --runs 1 --seed ${seed}`;
      expect(violations.length ? [replay, ...trace].join('\n') : '').toBe('');
    }
  },
  Number(process.env['SIMULATE_LIMIT_MS'] ?? 300_000),
);
