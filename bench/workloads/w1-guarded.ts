import type { Bench, Phase } from '../harness/bench.js';
import { type LineUp, sideBySide } from '../harness/line-up.js';
import { speedRatios } from '../harness/samples.js';
import { seedSessions } from '../harness/seeded-sessions.js';
import { SECRETS } from '../harness/server-process.js';
import { RIVALS, STANDALONE, type Subject, baton, limits } from '../harness/subjects.js';

const secret = SECRETS.AUTH_ACCESS_SECRET;
const MANY = 100_000;
const YES = 'W1 limit: a guard that only says yes, 32 connections';
const ONE = 'W1 same token, 32 connections';
const SOME = 'W1 1,000 tokens, 32 connections';
const NEW = 'W1 100,000 new tokens, 32 connections';
const HANDED_ON = 'W1 100,000 new tokens that each confirm a rotation, 32 connections';

const guarded = (tokens: number, generation: 0 | 1 = 0) => ({
  kind: 'guarded' as const,
  tokens,
  generation,
  secret,
});

const ONE_TOKEN: readonly Phase[] = [
  { workload: ONE, scenario: guarded(1), connections: 32 },
  { workload: 'W1 same token, 1 connection', scenario: guarded(1), connections: 1 },
];
const MORE_TOKENS: readonly Phase[] = [
  { workload: SOME, scenario: guarded(1_000), connections: 32 },
  { workload: NEW, scenario: guarded(MANY), connections: 32 },
];

const yesWith = (connections: number): Phase => ({
  workload: connections > 1 ? YES : 'W1 limit: a guard that only says yes, 1 connection',
  scenario: { kind: 'plain', path: '/yes' },
  connections,
});

const LIMITS: readonly Phase[] = [
  yesWith(32),
  yesWith(1),
  {
    workload: 'W1 limit: no guard, 32 connections',
    scenario: { kind: 'plain', path: '/open' },
    connections: 32,
  },
];

/** A token that came by a refresh confirms it: one write to its row, in batches, twice a second. */
const CONFIRMING: Phase = {
  workload: HANDED_ON,
  scenario: guarded(MANY, 1),
  connections: 32,
  deferredMs: 1_000,
};

const isOurs = ({ name, protocol }: Subject): boolean =>
  protocol === 'baton' && !name.startsWith('nest ');

/** Which phases make sense for a subject: tokens can be minted for those that sign them with a known secret. */
function phasesOf(subject: Subject): readonly Phase[] {
  const { name, protocol } = subject;
  if (name.startsWith('nest ')) return LIMITS;
  if (isOurs(subject)) return [...LIMITS, ...ONE_TOKEN, ...MORE_TOKENS, CONFIRMING];
  return protocol === 'textbook' ? [...ONE_TOKEN, ...MORE_TOKENS] : ONE_TOKEN;
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
    await sideBySide(bench, repetition, async (lineUp) => {
      for (const subject of bench.interleaved(subjects, repetition)) {
        await takePart(bench, lineUp, subject);
      }
    });
  }
  judge(bench);
}

async function takePart(bench: Bench, lineUp: LineUp, subject: Subject): Promise<void> {
  const phases = bench.wanted(phasesOf(subject));
  if (phases.length === 0) return;
  const { server, database } = await lineUp.start(subject);
  if (phases.some(({ workload }) => workload === HANDED_ON)) {
    await seedSessions(database, 'sqlite', MANY);
  }
  for (const phase of phases) await lineUp.enter(subject, server, phase);
}

function judge(bench: Bench): void {
  const { samples } = bench;
  for (const platform of ['fastify', 'express'] as const) {
    const mine = baton(platform).name;
    for (const [workload, bound] of [
      [ONE, 0.92],
      [SOME, 0.88],
      [NEW, 0.7],
    ] as const) {
      for (const [where, limit] of [
        ['in the same application', mine],
        ['in an application without a database', limits(platform).name],
      ] as const) {
        const { perSecond, byCpu } = speedRatios(samples, [workload, mine], [YES, limit]);
        const what = `${platform}: a guard that only says yes, ${where}`;
        bench.goal(workload, what, perSecond, '≥', bound, byCpu);
      }
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
