import type { TurnRecord } from '../driver/drive.js';

/** What is measured, and what a reader is told that it is. */
export const FIGURES = {
  perSecond: 'per second',
  p50Ms: 'p50 ms',
  p99Ms: 'p99 ms',
  /** Of the server, all its threads, per request; of several servers, of each. */
  cpuUs: 'CPU µs',
  startMs: 'spawn to listening, ms',
  idleMb: 'idle memory, MiB',
  bytesOfNew: 'bytes of a new session',
  bytesPerSession: 'bytes of a refreshed session',
  bytesPerRefresh: 'bytes per refresh',
  rowsPerRefresh: 'rows per refresh',
  heapOnly: 'share of heap-only updates',
};
export type FigureName = keyof typeof FIGURES;

/** What one subject has shown under one workload in one repetition. */
export interface Sample {
  readonly workload: string;
  readonly subject: string;
  /** 0 where there are none. */
  readonly connections: number;
  /** What ran side by side has the same: only that is compared. */
  readonly round: string;
  readonly figures: Readonly<Partial<Record<FigureName, number>>>;
}

/** Whose figure is meant. */
export type Who = readonly [workload: string, subject: string];

/** A ratio of a figure, or where there is no other the figure itself, that should be so. */
export interface Goal {
  readonly mine: Who;
  readonly other: Who | null;
  readonly figure: FigureName;
  readonly relation: '≥' | '≤';
  readonly bound: number;
}

/** The middle one; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper;
}

/** What the turns of one repetition add up to. */
export function sumUp(records: readonly TurnRecord[]): Sample['figures'] {
  const sorted = records.flatMap(({ latenciesMs }) => latenciesMs).sort((a, b) => a - b);
  const sum = (figure: (record: TurnRecord) => number): number =>
    records.reduce((total, record) => total + figure(record), 0);
  return {
    perSecond: (sorted.length * 1000) / sum(({ tookMs }) => tookMs),
    p50Ms: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
    p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN,
    cpuUs: (sum(({ cpuMs }) => cpuMs) * 1000) / sorted.length,
  };
}

/**
 * A figure divided by another's of the same round, or beside nobody as it is: the median over the rounds.
 *
 * @returns `NaN` when one of them is not there
 */
export function ratio(
  samples: readonly Sample[],
  figure: FigureName,
  mine: Who,
  other: Who | null,
): number {
  const of = ([workload, subject]: Who) =>
    samples
      .filter((sample) => sample.workload === workload && sample.subject === subject)
      .map(({ round, figures }) => [round, figures[figure] ?? Number.NaN] as const);
  const others = other === null ? null : new Map(of(other));
  const ratios = of(mine).map(
    ([round, own]) => own / (others?.get(round) ?? (others ? Number.NaN : 1)),
  );
  return median(ratios.filter((one) => !Number.isNaN(one)));
}

/** What became of a goal; `NaN` when somebody was left out. The less of a cost, the better. */
export function judge(samples: readonly Sample[], { mine, other, figure, relation, bound }: Goal) {
  const better = (name: FigureName): number =>
    other === null ? Number.NaN : ratio(samples, name, other, mine);
  const isCostThatIsLess = relation === '≥' && figure !== 'perSecond';
  const measured = isCostThatIsLess ? better(figure) : ratio(samples, figure, mine, other);
  const holds = relation === '≥' ? measured >= bound : measured <= bound;
  return { measured, byCpu: figure === 'perSecond' ? better('cpuUs') : Number.NaN, holds };
}
