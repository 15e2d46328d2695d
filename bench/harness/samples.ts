import type { LoopResult } from '../driver/slices.js';
import { median, spread } from './statistics.js';

/** One figure of one subject in one repetition. */
export interface Sample {
  readonly workload: string;
  readonly subject: string;
  readonly repetition: number;
  readonly result: LoopResult;
  readonly peakMb: number;
}

/** The repetitions of one subject under one workload, as one line. */
export interface Line {
  readonly workload: string;
  readonly subject: string;
  readonly repetitions: number;
  readonly perSecond: number;
  readonly spread: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuUsPerRequest: number;
  readonly peakMb: number;
  readonly failures: number;
  readonly firstFailure: string | null;
}

/** Medians over the repetitions, in the order in which the subjects first came. */
export function linesOf(samples: readonly Sample[]): Line[] {
  const groups = new Map<string, Sample[]>();
  for (const sample of samples) {
    const key = `${sample.workload}\n${sample.subject}`;
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  return Array.from(groups.values(), (group) => {
    const of = (figure: (result: LoopResult) => number) =>
      median(group.map(({ result }) => figure(result)));
    const rates = group.map(({ result }) => result.perSecond);
    const [first] = group;
    return {
      workload: first?.workload ?? '',
      subject: first?.subject ?? '',
      repetitions: group.length,
      perSecond: median(rates),
      spread: spread(rates),
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
  [workload, subject]: readonly [string, string],
  [otherWorkload, otherSubject]: readonly [string, string],
  figure: (result: LoopResult) => number = ({ perSecond }) => perSecond,
): number {
  const find = (name: string, who: string, repetition: number) =>
    samples.find((s) => s.workload === name && s.subject === who && s.repetition === repetition);
  const ratios = samples
    .filter((sample) => sample.workload === workload && sample.subject === subject)
    .flatMap(({ result, repetition }) => {
      const other = find(otherWorkload, otherSubject, repetition);
      return other === undefined ? [] : [figure(result) / figure(other.result)];
    });
  return median(ratios);
}

/** Two ratios of two subjects: of their requests per second, and of the CPU time of a request. */
export function speedRatios(
  samples: readonly Sample[],
  mine: readonly [string, string],
  other: readonly [string, string],
): { readonly perSecond: number; readonly byCpu: number } {
  return {
    perSecond: pairedRatio(samples, mine, other),
    byCpu: pairedRatio(samples, other, mine, ({ cpuUsPerRequest }) => cpuUsPerRequest),
  };
}
