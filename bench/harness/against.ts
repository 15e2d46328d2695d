import type { Bench, Table } from './bench.js';
import { pairedRatio } from './samples.js';

/** How the other checkout compares, under every workload that both have run: above 1, the other is faster. */
export function againstOther({ samples }: Bench): Table | null {
  const others = samples.filter(({ subject }) => subject.endsWith(' (other)'));
  const pairs = new Map(others.map((one) => [`${one.workload} ${one.subject}`, one]));
  if (pairs.size === 0) return null;
  const rows = Array.from(pairs.values(), ({ workload, subject }) => {
    const mine = subject.replace(' (other)', '');
    const [other, own] = [
      [workload, subject],
      [workload, mine],
    ] as const;
    const perSecond = pairedRatio(samples, other, own);
    const byCpu = pairedRatio(samples, own, other, (result) => result.cpuUsPerRequest);
    return [workload, mine, perSecond.toFixed(3), byCpu.toFixed(3)];
  });
  return {
    title: 'The other checkout, against this one',
    columns: ['workload', 'subject', 'per second', 'by CPU time'],
    rows,
  };
}
