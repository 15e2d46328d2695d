import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import type { Bench, Table } from './bench.js';
import type { Machine } from './machine.js';
import { WORKLOADS } from './options.js';
import { type Line, linesOf } from './samples.js';

const FOLDER = join(import.meta.dirname, '../..');

/** Writes down what a run has shown: the samples as JSON, the medians as a page. @returns where the page is */
export async function saveReport(bench: Bench, machine: Machine): Promise<string> {
  const { samples, tables, goals, options } = bench;
  const [page, record] = isWhole(bench)
    ? ['RESULTS.md', 'results/latest.json']
    : ['results/partial/last.md', `results/partial/${fileName(machine.date, options.only)}.json`];
  mkdirSync(join(FOLDER, 'results/partial'), { recursive: true });
  const lines = linesOf(samples);
  const asked = { ...options, subjects: options.subjects.source, phases: options.phases.source };
  const whole = { machine, options: asked, goals, lines, tables, samples };
  writeFileSync(join(FOLDER, record), JSON.stringify(whole, null, 1));
  const parts = [title(machine, options), ...[goalsOf(bench), ...tables].map(toMarkdown)];
  const text = [...parts, ...sections(lines)].join('\n\n');
  writeFileSync(join(FOLDER, page), await format(text, { parser: 'markdown' }));
  return join(FOLDER, page);
}

/** Any other run is for those who made it; one with an answer that it did not expect is not published. */
function isWhole({ options, failures }: Bench): boolean {
  const { only, quick, subjects, phases, against, profile } = options;
  const isAll = WORKLOADS.every((name) => only.includes(name)) && !quick;
  const leavesOut = [subjects, phases].some(({ source }) => source !== '(?:)');
  return failures.length === 0 && isAll && !leavesOut && against === null && profile === null;
}

const fileName = (date: string, only: readonly string[]): string =>
  `${date.replaceAll(/[:.]/g, '-')}-${only.join('-')}`;

function title(machine: Machine, options: Bench['options']): string {
  const { only, quick, repetitions, rounds, sliceMs } = options;
  const { cores, cpu, memoryGb, kernel, node, load } = machine;
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  return `# Results

Made by \`npm run bench -- --only ${only.join(',')} --repeat ${repetitions}${quick ? ' --quick' : ''}\` on ${machine.date}; do not edit.

- ${cores} × ${cpu}, ${memoryGb} GiB, Linux ${kernel}, Node ${node}; load average at the start ${load.toFixed(2)}
- ${versions.join(', ')}
- ${repetitions} repetitions, each with every server in a new process; after a warm-up the servers that are compared, all alive, are driven by turns: ${rounds} rounds of ${sliceMs} ms each, in changing order, one server and one phase at a time
- figures are medians over the repetitions of what a repetition’s turns add up to; spread is (largest − smallest) / median; peak memory is the process’s, whatever the phase
- CPU time is the server’s, all its threads, per request; a goal “by CPU time” is the same ratio of CPU times
- figures compare only within this page: ratios are medians of the ratios within each repetition`;
}

const goalsOf = ({ goals }: Bench): Table => ({
  title: 'Goals',
  columns: ['workload', 'against', 'goal', 'measured', 'by CPU time', ''],
  rows: goals.map(({ workload, what, goal, measured, byCpu, holds }) => [
    workload,
    what,
    goal,
    measured.toFixed(3),
    byCpu?.toFixed(3) ?? '',
    holds ? 'holds' : '**does not hold**',
  ]),
});

const COLUMNS = 'subject,per second,spread,p50 ms,p99 ms,CPU µs,peak MiB,failures'.split(',');

/** A table for each workload, the fastest first. */
function sections(lines: readonly Line[]): string[] {
  const workloads = new Set(lines.map(({ workload }) => workload));
  return Array.from(workloads, (workload) => {
    const own = lines.filter((line) => line.workload === workload);
    const rows = own.toSorted((a, b) => b.perSecond - a.perSecond).map(cellsOf);
    return toMarkdown({ title: workload, columns: COLUMNS, rows });
  });
}

const cellsOf = (line: Line): string[] => [
  line.subject,
  line.perSecond.toFixed(0),
  `${(line.spread * 100).toFixed(0)} %`,
  line.p50Ms.toFixed(2),
  line.p99Ms.toFixed(2),
  line.cpuUsPerRequest.toFixed(0),
  line.peakMb.toFixed(0),
  line.failures === 0 ? '0' : `${line.failures}: ${line.firstFailure?.replaceAll('|', ' ') ?? ''}`,
];

/** A table as Markdown, under its title. */
function toMarkdown({ title: heading, columns, rows, note }: Table): string {
  const table = [columns, columns.map(() => '---'), ...rows].map(
    (cells) => `| ${cells.join(' | ')} |`,
  );
  return [`## ${heading}`, table.join('\n'), note ?? ''].join('\n\n');
}
