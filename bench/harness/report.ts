import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import type { Bench, Table } from './bench.js';
import type { Machine } from './machine.js';
import { WORKLOADS } from './options.js';
import { type Line, linesOf } from './samples.js';

const FOLDER = join(import.meta.dirname, '../..');

/** Where a run is written down: a whole one is kept, any other one is for those who made it. */
interface Place {
  readonly page: string;
  readonly record: string;
}

const WHOLE: Place = { page: 'RESULTS.md', record: 'results/latest.json' };

function partial(date: string, only: readonly string[]): Place {
  const name = `${date.replaceAll(/[:.]/g, '-')}-${only.join('-')}`;
  return {
    page: 'results/partial/last.md',
    record: `results/partial/${name}.json`,
  };
}

/** A run that had an answer which it did not expect is not published. */
function isWhole({ options, failures }: Bench): boolean {
  const { only, quick, subjects, phases, against, profile } = options;
  const leavesOut = [subjects, phases].some(({ source }) => source !== '(?:)');
  const isPlain = against === null && profile === null;
  return (
    failures.length === 0 &&
    WORKLOADS.every((name) => only.includes(name)) &&
    !quick &&
    !leavesOut &&
    isPlain
  );
}

/** Writes down what a run has shown: the samples as JSON, the medians as a page. */
export async function saveReport(bench: Bench, machine: Machine): Promise<string> {
  const { samples, tables, goals, options } = bench;
  const place = isWhole(bench) ? WHOLE : partial(machine.date, options.only);
  mkdirSync(join(FOLDER, 'results/partial'), { recursive: true });
  const lines = linesOf(samples);
  const { subjects, phases } = options;
  const asked = { ...options, subjects: subjects.source, phases: phases.source };
  const record = { machine, options: asked, goals, lines, tables, samples };
  writeFileSync(join(FOLDER, place.record), JSON.stringify(record, null, 1));
  const page = [
    title(machine, options),
    goalsOf(bench),
    ...tables.map(toMarkdown),
    ...sections(lines),
  ];
  const text = await format(page.join('\n\n'), { parser: 'markdown' });
  writeFileSync(join(FOLDER, place.page), text);
  return join(FOLDER, place.page);
}

function title(
  machine: Machine,
  { only, quick, repetitions, rounds, sliceMs }: Bench['options'],
): string {
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  return [
    '# Results',
    '',
    `Made by \`npm run bench -- --only ${only.join(',')} --repeat ${repetitions}${quick ? ' --quick' : ''}\` on ${machine.date}; do not edit.`,
    '',
    `- ${machine.cores} × ${machine.cpu}, ${machine.memoryGb} GiB, Linux ${machine.kernel}, Node ${machine.node}; load average at the start ${machine.load.toFixed(2)}`,
    `- ${versions.join(', ')}`,
    `- ${repetitions} repetitions, each with every server in a new process; after a warm-up the servers that are compared, all alive, are driven by turns: ${rounds} rounds of ${sliceMs} ms each, in changing order, one server and one phase at a time`,
    '- figures are medians over the repetitions of what a repetition’s turns add up to; spread is (largest − smallest) / median; peak memory is the process’s, whatever the phase',
    '- CPU time is the server’s, all its threads, per request; a goal “by CPU time” is the same ratio of CPU times',
    '- figures compare only within this page: ratios are medians of the ratios within each repetition',
  ].join('\n');
}

function goalsOf({ goals }: Bench): string {
  return toMarkdown({
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
}

const tableRow = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** A table as Markdown, under its title. */
export function toMarkdown({ title: heading, columns, rows, note }: Table): string {
  const table = [tableRow(columns), tableRow(columns.map(() => '---')), ...rows.map(tableRow)].join(
    '\n',
  );
  return [`## ${heading}`, table, ...(note === undefined ? [] : [note])].join('\n\n');
}

function sections(lines: readonly Line[]): string[] {
  const workloads = [...new Set(lines.map(({ workload }) => workload))];
  return workloads.map((workload) => {
    const own = [...lines]
      .filter((line) => line.workload === workload)
      .sort((a, b) => b.perSecond - a.perSecond);
    return toMarkdown({
      title: workload,
      columns: [
        'subject',
        'per second',
        'spread',
        'p50 ms',
        'p99 ms',
        'CPU µs',
        'peak MiB',
        'failures',
      ],
      rows: own.map(cellsOf),
    });
  });
}

function cellsOf(line: Line): string[] {
  return [
    line.subject,
    line.perSecond.toFixed(0),
    `${(line.spread * 100).toFixed(0)} %`,
    line.p50Ms.toFixed(2),
    line.p99Ms.toFixed(2),
    line.cpuUsPerRequest.toFixed(0),
    line.peakMb.toFixed(0),
    line.failures === 0
      ? '0'
      : `${line.failures}: ${line.firstFailure?.replaceAll('|', ' ') ?? ''}`,
  ];
}
