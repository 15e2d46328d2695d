import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { growth } from './harness/growth.js';
import { playLineUp } from './harness/line-up.js';
import { reportOf } from './harness/report.js';
import type { Sample } from './harness/samples.js';
import { keepApart } from './harness/server.js';
import { startsOf } from './harness/start.js';
import { inProcess } from './in-process/in-process.js';
import { DPOP, IN_PROCESS, W4, W6, goals } from './table/goals.js';
import { type LineUp, lineUps } from './table/workloads.js';

/** `npm run bench`: plays the table, judges the goals and writes the page. */
const { values: asked } = parseArgs({
  options: {
    /** What the names of the workloads begin with. */
    only: { type: 'string', default: 'w,dpop' },
    /** What the names of the subjects match. */
    subjects: { type: 'string', default: '' },
    quick: { type: 'boolean', default: false },
    against: { type: 'string' },
    profile: { type: 'string' },
  },
});
const path = (given: string | undefined): string | null =>
  given === undefined ? null : resolve(given);
const [quick, against, profile] = [asked.quick, path(asked.against), path(asked.profile)];
const repetitions = quick ? 1 : 5;
const rounds = quick ? 3 : 4;
const warmTurns = quick ? 4 : 8;
const options = { rounds, turnMs: 200, leadMs: 20, warmTurns, profile };

const starts = asked.only.toLowerCase().split(',');
const isAsked = (workload: string): boolean =>
  starts.some((start) => workload.toLowerCase().startsWith(start));

const isMeant = ({ name }: { name: string }): boolean => new RegExp(asked.subjects).test(name);

/** The rows that this run is about. */
function wanted({ rows, ...lineUp }: LineUp): LineUp {
  const own = rows
    .filter(({ workload }) => isAsked(workload))
    .map((row) => ({ ...row, subjects: row.subjects.filter(isMeant) }));
  return { ...lineUp, rows: own.filter(({ subjects }) => subjects.length > 0) };
}

const load = loadavg().map((average) => average.toFixed(2))[0];
console.log(`The load average is ${load}: above 0.5, mind the figures.`);
const samples: Sample[] = [];

function keep(shown: readonly Sample[]): void {
  samples.push(...shown);
  for (const { workload, connections, subject, figures } of shown) {
    const told = Object.entries(figures).map(([name, value]) => `${name} ${value.toPrecision(4)}`);
    console.log(`${workload}, ${connections}: ${subject.padEnd(28)} ${told.join('  ')}`);
  }
}

for (const lineUp of lineUps(against).map(wanted)) {
  for (let repetition = 0; repetition < repetitions && lineUp.rows.length > 0; repetition += 1)
    keep(await playLineUp(lineUp, repetition, options));
}
keepApart(true);
const programs = { [IN_PROCESS.workload]: 'refresh', [DPOP.workload]: 'dpop' };
for (let repetition = 0; repetition < repetitions; repetition += 1) {
  for (const [workload, program] of Object.entries(programs))
    if (isAsked(workload)) keep(await inProcess(workload, program, repetition));
  if (isAsked(W6)) keep(await startsOf(repetition));
}
if (isAsked(W4)) keep([...(await growth('sqlite')), ...(await growth('postgres'))]);

const title = `Made by \`npm run bench -- ${process.argv.slice(2).join(' ')}\` on ${new Date().toISOString()}; do not edit.

- ${cpus().length} × ${cpus()[0]?.model}, Linux ${release()}, Node ${process.version}; load average at the start ${load}.
- ${repetitions} repetitions, each with every server in a new process, and ${rounds} turns in each.`;
const page = await reportOf(title, samples, goals());
/** Only a whole run is published; any other is for those who made it. */
const isWhole = process.argv.length === 2;
const file = join(import.meta.dirname, isWhole ? '../RESULTS.md' : '../results/last.md');
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, page);
console.log(`${page.slice(0, page.indexOf('\n## W'))}\nSaved to ${file}`);
