import type { Bench, Table } from './bench.js';
import { speedRatios } from './samples.js';

/** How the other checkout compares, under every workload that both have run: above 1, the other is faster. */
export function againstOther({ samples }: Bench): Table | null {
  const pairs = new Map(
    samples
      .filter(({ subject }) => subject.endsWith(' (other)'))
      .map(({ workload, subject }) => [`${workload} ${subject}`, { workload, other: subject }]),
  );
  if (pairs.size === 0) return null;
  const rows = Array.from(pairs.values(), ({ workload, other }) => {
    const mine = other.replace(' (other)', '');
    const { perSecond, byCpu } = speedRatios(samples, [workload, other], [workload, mine]);
    return [workload, mine, perSecond.toFixed(3), byCpu.toFixed(3)];
  });
  return {
    title: 'The other checkout, against this one',
    columns: ['workload', 'subject', 'per second', 'by CPU time'],
    rows,
  };
}
