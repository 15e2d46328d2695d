import { parseArgs } from 'node:util';
import { SimulatedDatabase } from './database.js';
import { playSchedule } from './schedule.js';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    trace: { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs);
const first = Number(values.seed);
const database = await SimulatedDatabase.open();
const beganMs = performance.now();

for (let seed = first; seed < first + runs; seed += 1) {
  const { violation, trace } = await playSchedule(database, seed);
  if (values.trace) console.log(trace);
  if (violation === null) continue;
  console.log(values.trace ? '' : trace);
  console.log(`\nseed ${seed}: ${violation}`);
  console.log(`again: npm run simulate -- --runs 1 --seed ${seed}`);
  process.exit(1);
}
const seconds = ((performance.now() - beganMs) / 1000).toFixed(1);
console.log(`${runs} schedules from seed ${first} on, ${seconds} s: every property holds`);
process.exit(0);
