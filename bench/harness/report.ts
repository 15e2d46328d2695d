import { format } from 'prettier';
import {
  FIGURES,
  type FigureName,
  type Goal,
  type Sample,
  judge,
  median,
  ratio,
} from './samples.js';

const MEANING = `- Figures are medians over the repetitions; the spread is (largest − smallest) / median of the first one.
- A ratio is taken within each repetition, and of those the median. Figures of two pages do not compare.
- CPU time is the server’s, all its threads, per request; “by CPU time” is the same ratio of it.`;

/** The page that says what a run has shown. */
export function reportOf(title: string, samples: readonly Sample[], goals: readonly Goal[]) {
  const parts = [
    `# Results\n\n${title}\n${MEANING}`,
    `## Goals\n\n${goalsOf(samples, goals)}`,
    ...againstOther(samples),
    ...Array.from(grouped(samples, sectionOf), ([name, own]) => `## ${name}\n\n${figuresOf(own)}`),
  ];
  return format(parts.join('\n\n'), { parser: 'markdown' });
}

const sectionOf = ({ workload, connections }: Pick<Sample, 'workload' | 'connections'>): string =>
  workload + (connections === 0 ? '' : `, ${connections} connection${connections > 1 ? 's' : ''}`);

/** Each is judged at every number of connections; who was left out is passed over. */
function goalsOf(samples: readonly Sample[], goals: readonly Goal[]): string {
  const all = [...grouped(samples, ({ connections }) => connections)].flatMap(
    ([connections, own]) => goals.map((goal) => ({ connections, goal, ...judge(own, goal) })),
  );
  const rows = all
    .filter(({ measured }) => !Number.isNaN(measured))
    .map(
      ({ connections, goal: { mine, other, figure, relation, bound }, measured, byCpu, holds }) => [
        sectionOf({ workload: mine[0], connections }),
        mine[1],
        other === null || other[0] === mine[0] ? (other?.[1] ?? '') : other.join(', '),
        `${figure === 'perSecond' ? '' : FIGURES[figure]} ${relation} ${bound}`,
        measured.toFixed(3),
        shown(byCpu),
        holds ? 'holds' : '**does not hold**',
      ],
    );
  const columns = ['workload', 'subject', 'against', 'goal', 'measured', 'by CPU time', ''];
  return table([columns, ...rows]);
}

/** How the hosts of another checkout compare: above 1, the other is faster. */
function againstOther(samples: readonly Sample[]): string[] {
  const others = samples.filter(({ subject }) => subject.startsWith('other '));
  const rows = Array.from(
    grouped(others, (one) => `${sectionOf(one)} ${one.subject}`).values(),
    ([one]) => {
      if (one === undefined) return [];
      const { workload, subject } = one;
      const own = samples.filter(({ connections }) => connections === one.connections);
      const [other, mine] = [
        [workload, subject],
        [workload, subject.slice('other '.length)],
      ] as const;
      const ratios = [ratio(own, 'perSecond', other, mine), ratio(own, 'cpuUs', mine, other)];
      return [sectionOf(one), mine[1], ...ratios.map(shown)];
    },
  );
  const columns = ['workload', 'subject', 'per second', 'by CPU time'];
  return rows.length === 0
    ? []
    : [`## The other checkout, against this one\n\n${table([columns, ...rows])}`];
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
