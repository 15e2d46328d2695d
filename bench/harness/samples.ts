import type { LoopResult } from '../driver/slices.js';

/** What one subject has shown under one workload in one repetition. */
export interface Sample {
  readonly workload: string;
  readonly subject: string;
  readonly repetition: number;
  readonly result: LoopResult;
  readonly peakMb: number;
}

/** A workload and a subject: whose figure is compared. */
export type Figure = readonly [workload: string, subject: string];

/** The repetitions of one subject under one workload, as one line. */
export interface Line extends Omit<LoopResult, 'requests'> {
  readonly workload: string;
  readonly subject: string;
  readonly repetitions: number;
  /** How far the smallest and the largest rate are apart, as a share of the median. */
  readonly spread: number;
  readonly peakMb: number;
}

/** The middle one; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper;
}

/** Medians over the repetitions, in the order in which the subjects first came. */
export function linesOf(samples: readonly Sample[]): Line[] {
  const groups = new Map<string, Sample[]>();
  for (const sample of samples) {
    const key = `${sample.workload}\n${sample.subject}`;
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  return Array.from(groups, ([key, group]) => {
    const [workload = '', subject = ''] = key.split('\n');
    const of = (figure: (result: LoopResult) => number) =>
      median(group.map(({ result }) => figure(result)));
    const rates = group.map(({ result }) => result.perSecond);
    return {
      workload,
      subject,
      repetitions: group.length,
      perSecond: median(rates),
      spread: (Math.max(...rates) - Math.min(...rates)) / median(rates),
      p50Ms: of(({ p50Ms }) => p50Ms),
      p99Ms: of(({ p99Ms }) => p99Ms),
      cpuUsPerRequest: of(({ cpuUsPerRequest }) => cpuUsPerRequest),
      peakMb: median(group.map(({ peakMb }) => peakMb)),
      failures: group.reduce((sum, { result }) => sum + result.failures, 0),
      firstFailure: group.find(({ result }) => result.failures > 0)?.result.firstFailure ?? null,
    };
  });
}

/**
 * How two subjects compare, by the figure of each repetition: those ran side by side.
 *
 * @returns the median of the ratios, `NaN` when one of them is not there
 */
export function pairedRatio(
  samples: readonly Sample[],
  mine: Figure,
  other: Figure,
  figure: (result: LoopResult) => number = ({ perSecond }) => perSecond,
): number {
  const of = ([workload, subject]: Figure) =>
    samples.filter((sample) => sample.workload === workload && sample.subject === subject);
  const others = new Map(of(other).map(({ repetition, result }) => [repetition, figure(result)]));
  const ratios = of(mine).map(
    ({ repetition, result }) => figure(result) / (others.get(repetition) ?? Number.NaN),
  );
  return median(ratios.filter((ratio) => !Number.isNaN(ratio)));
}
