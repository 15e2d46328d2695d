import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import type { Bench, Table } from './bench.js';
import type { Machine } from './machine.js';
import { plot } from './plot.js';
import { type Line, linesOf } from './samples.js';

const FOLDER = join(import.meta.dirname, '../..');

/** Writes down what a run has shown: the samples as JSON, the medians as a page with plots. */
export async function saveReport(bench: Bench, machine: Machine): Promise<string> {
  const lines = linesOf(bench.samples);
  const results = join(FOLDER, 'results');
  mkdirSync(results, { recursive: true });
  const { samples, tables, goals, options } = bench;
  const name = `${machine.date.replaceAll(/[:.]/g, '-')}-${options.only.join('-')}`;
  const { subjects, phases } = options;
  const record = {
    machine,
    options: { ...options, subjects: subjects.source, phases: phases.source },
  };
  const text = JSON.stringify({ ...record, goals, lines, tables, samples }, null, 1);
  writeFileSync(join(results, `${name}.json`), text);
  const page = [
    title(machine, options),
    goalsOf(bench),
    ...tables.map(toMarkdown),
    ...sections(lines, options.quick),
  ];
  const isWhole = [subjects, phases].every(({ source }) => source === '(?:)') && !options.quick;
  const file = isWhole ? 'RESULTS.md' : 'results/last-partial.md';
  writeFileSync(join(FOLDER, file), await format(page.join('\n\n'), { parser: 'markdown' }));
  return join(FOLDER, file);
}

function title(
  machine: Machine,
  { only, quick, repetitions, measureMs }: Bench['options'],
): string {
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  return [
    '# Results',
    '',
    `Made by \`npm run bench -- --only ${only.join(',')}${quick ? ' --quick' : ''}\` on ${machine.date}; do not edit.`,
    '',
    `- ${machine.cores} × ${machine.cpu}, ${machine.memoryGb} GiB, Linux ${machine.kernel}, Node ${machine.node}; load average at the start ${machine.load.toFixed(2)}`,
    `- ${versions.join(', ')}`,
    `- medians of ${repetitions} repetitions, each in a process of its own, ${measureMs} ms after a warm-up; spread is (largest − smallest) / median`,
    '- figures compare only within this page: ratios are medians of the ratios of each repetition',
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

function sections(lines: readonly Line[], quick: boolean): string[] {
  const workloads = [...new Set(lines.map(({ workload }) => workload))];
  return workloads.map((workload) => {
    const own = [...lines]
      .filter((line) => line.workload === workload)
      .sort((a, b) => b.perSecond - a.perSecond);
    const picture = `results/${workload.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.svg`;
    if (!quick) writeFileSync(join(FOLDER, picture), plot(workload, own));
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
      ...(quick ? {} : { note: `![${workload}](${picture})` }),
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
