import { w1 } from '../workloads/w1-guarded.js';
import { w2 } from '../workloads/w2-refresh.js';
import { w3 } from '../workloads/w3-login.js';
import { w4 } from '../workloads/w4-growth.js';
import { w5 } from '../workloads/w5-races.js';
import { w6 } from '../workloads/w6-start.js';
import { w7 } from '../workloads/w7-scale.js';
import { againstOther } from './against.js';
import { Bench } from './bench.js';
import { describeMachine } from './machine.js';
import { readOptions } from './options.js';
import { saveReport } from './report.js';

const ALL = { w1, w2, w3, w4, w5, w6, w7 };

const bench = new Bench(readOptions(process.argv.slice(2)));
const machine = describeMachine();
if (machine.load > 0.5) {
  bench.log(
    `The load average is ${machine.load.toFixed(2)}: something else runs, mind the figures`,
  );
}
let file = '';
for (const [name, workload] of Object.entries(ALL)) {
  if (!bench.options.only.includes(name)) continue;
  await workload(bench);
  file = await saveReport(bench, machine);
}
const other = againstOther(bench);
if (other !== null) {
  bench.tables.push(other);
  for (const row of other.rows) bench.log(row.join('  '));
  file = await saveReport(bench, machine);
}
for (const { workload, what, goal, measured, byCpu, holds } of bench.goals) {
  const cpu = byCpu === null ? '' : ` (by CPU time ${byCpu.toFixed(3)})`;
  bench.log(
    `${holds ? 'holds    ' : 'DOES NOT '} ${measured.toFixed(3)} ${goal}${cpu}  ${workload}: ${what}`,
  );
}
bench.log(`Saved to ${file}`);
for (const failure of bench.failures) console.error(`UNEXPECTED ANSWERS  ${failure}`);
if (bench.failures.length > 0) process.exitCode = 1;
