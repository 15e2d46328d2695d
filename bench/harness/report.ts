import { format } from 'prettier';
import { FIGURES, type FigureName, type Goal, type Sample, judge, median } from './samples.js';

const MEANING = `- Figures are medians over the repetitions; the spread is (largest − smallest) / median of the first one.
- A ratio is taken within each repetition, and of those the median. Figures of two pages do not compare.
- CPU time is the server’s, all its threads, per request; “by CPU time” is the same ratio of it.`;

/** The page that says what a run has shown. */
export function reportOf(title: string, samples: readonly Sample[], goals: readonly Goal[]) {
  const parts = [
    `# Results\n\n${title}\n${MEANING}`,
    `## Goals\n\n${goalsOf(samples, goals)}`,
    ...Array.from(grouped(samples, sectionOf), ([name, own]) => `## ${name}\n\n${figuresOf(own)}`),
  ];
  return format(parts.join('\n\n'), { parser: 'markdown' });
}

const sectionOf = ({ workload, connections }: Pick<Sample, 'workload' | 'connections'>): string =>
  workload + (connections === 0 ? '' : `, ${connections} connection${connections > 1 ? 's' : ''}`);

/** Each is judged at every number of connections; who was left out is passed over. */
function goalsOf(samples: readonly Sample[], goals: readonly Goal[]): string {
  const columns = ['workload', 'subject', 'against', 'goal', 'measured', 'by CPU time', ''];
  const rows = [...grouped(samples, (sample) => sample.connections)].flatMap(([connections, own]) =>
    goals.flatMap((goal) => {
      const { measured, byCpu, holds } = judge(own, goal);
      if (Number.isNaN(measured)) return [];
      const told = [measured.toFixed(3), shown(byCpu), holds ? 'holds' : '**does not hold**'];
      return [[...cellsOf(goal, connections), ...told]];
    }),
  );
  return table([columns, ...rows]);
}

function cellsOf({ mine, other, figure, relation, bound }: Goal, connections: number): string[] {
  const against = other?.filter((name) => name !== mine[0]).join(', ') ?? '';
  const less = relation === '≥' ? 'less ' : '';
  const what = figure === 'perSecond' ? '' : `${less}${FIGURES[figure]} `;
  return [
    sectionOf({ workload: mine[0], connections }),
    mine[1],
    against,
    `${what}${relation} ${bound}`,
  ];
}

/** A line for each subject, in the order of the table. */
function figuresOf(samples: readonly Sample[]): string {
  const names = Object.keys(FIGURES).filter((name): name is FigureName =>
    samples.some(({ figures }) => name in figures),
  );
  const rows = Array.from(
    grouped(samples, ({ subject }) => subject),
    ([subject, own]) => {
      const of = (name: FigureName) => own.map(({ figures }) => figures[name] ?? Number.NaN);
      const all = of(names[0] ?? 'perSecond');
      const spread = ((Math.max(...all) - Math.min(...all)) / median(all)) * 100;
      return [subject, ...names.map((name) => shown(median(of(name)))), `${spread.toFixed(0)} %`];
    },
  );
  return table([['subject', ...names.map((name) => FIGURES[name]), 'spread'], ...rows]);
}

/** In the order in which they first came. */
function grouped<T, Key>(all: readonly T[], keyOf: (one: T) => Key): Map<Key, T[]> {
  const groups = new Map<Key, T[]>();
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return groups;
}

function shown(value: number): string {
  if (Number.isNaN(value)) return '';
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function table([columns = [], ...rows]: readonly (readonly string[])[]): string {
  const lines = [columns, columns.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
