import type { Bench, Phase } from '../harness/bench.js';
import { speedRatios } from '../harness/samples.js';
import { seedSessions } from '../harness/seeded-sessions.js';
import { SECRETS } from '../harness/server-process.js';
import { RIVALS, STANDALONE, type Subject, baton, limits } from '../harness/subjects.js';

const secret = SECRETS.AUTH_ACCESS_SECRET;
const MANY = 100_000;
const ONE = 'W1 same token, 32 connections';
const SOME = 'W1 1,000 tokens, 32 connections';
const NEW = 'W1 100,000 new tokens, 32 connections';

const guarded = (tokens: number) => ({ kind: 'guarded' as const, tokens, secret });

const ONE_TOKEN: readonly Phase[] = [
  { workload: ONE, scenario: guarded(1), connections: 32 },
  { workload: 'W1 same token, 1 connection', scenario: guarded(1), connections: 1 },
];
const MORE_TOKENS: readonly Phase[] = [
  { workload: SOME, scenario: guarded(1_000), connections: 32 },
  { workload: NEW, scenario: guarded(MANY), connections: 32 },
];

function plain(path: string): Phase[] {
  return [32, 1].map((connections) => ({
    workload: `W1 limit ${path}, ${connections} connection${connections > 1 ? 's' : ''}`,
    scenario: { kind: 'plain', path },
    connections,
  }));
}

/** Which phases make sense for a subject: tokens can be minted for those that sign them with a known secret. */
function phasesOf({ name, protocol }: Subject): readonly Phase[] {
  if (name.startsWith('nest ')) return [...plain('/guarded'), ...plain('/open')];
  return ['baton', 'textbook'].includes(protocol) ? [...ONE_TOKEN, ...MORE_TOKENS] : ONE_TOKEN;
}

/** A guarded GET: how much of what the bare application does is left. */
export async function w1(bench: Bench): Promise<void> {
  const { against, repetitions } = bench.options;
  const subjects = [
    ...(['fastify', 'express'] as const).flatMap((platform) => [
      limits(platform),
      baton(platform),
      ...(against === null ? [] : [baton(platform, against)]),
    ]),
    STANDALONE,
    ...RIVALS,
  ];
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    for (const subject of bench.interleaved(subjects, repetition)) {
      await bench.withServer(subject, async (server, database) => {
        if (subject.protocol === 'baton' && !subject.name.startsWith('nest ')) {
          await seedSessions(database, 'sqlite', MANY);
        }
        for (const phase of phasesOf(subject))
          await bench.measure(subject, server, repetition, phase);
      });
    }
  }
  judge(bench);
}

function judge(bench: Bench): void {
  const { samples } = bench;
  for (const platform of ['fastify', 'express'] as const) {
    const yes = ['W1 limit /guarded, 32 connections', limits(platform).name] as const;
    for (const [workload, bound] of [
      [ONE, 0.92],
      [SOME, 0.88],
      [NEW, 0.7],
    ] as const) {
      const { perSecond, byCpu } = speedRatios(samples, [workload, baton(platform).name], yes);
      const what = `${platform}: a guard that only says yes`;
      bench.goal(workload, what, perSecond, '≥', bound, byCpu);
    }
  }
  judgeRivals(bench, 'the best Nest rival, ours on Fastify', 'baton fastify', 10);
  judgeRivals(bench, 'the best Nest rival, both on Express', 'baton express', 3.5);
}

function judgeRivals(bench: Bench, what: string, mine: string, bound: number): void {
  const ratios = ['textbook express', 'ackplus-nest-auth express']
    .map((rival) => speedRatios(bench.samples, [ONE, mine], [ONE, rival]))
    .filter(({ perSecond }) => !Number.isNaN(perSecond))
    .sort((a, b) => a.perSecond - b.perSecond);
  const [best] = ratios;
  if (best !== undefined) bench.goal(ONE, what, best.perSecond, '≥', bound, best.byCpu);
}
