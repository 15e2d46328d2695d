import type { Bench, Phase } from '../harness/bench.js';
import { type LineUp, sideBySide } from '../harness/line-up.js';
import { speedRatios } from '../harness/samples.js';
import { seedSessions } from '../harness/seeded-sessions.js';
import { SECRETS } from '../harness/server-process.js';
import {
  type Platform,
  RIVALS,
  STANDALONE,
  type Subject,
  baton,
  limits,
} from '../harness/subjects.js';
import { CONNECTIONS, by, byEach } from './by-connections.js';

const secret = SECRETS.AUTH_ACCESS_SECRET;
const MANY = 100_000;
const YES = 'W1 limit: a guard that only says yes';
const OPEN = 'W1 limit: no guard';
const ONE = 'W1 same token';
const SOME = 'W1 1,000 tokens';
const NEW = 'W1 100,000 new tokens';

const guarded = (tokens: number, generation: 0 | 1 = 0) => ({
  kind: 'guarded' as const,
  tokens,
  generation,
  secret,
});

const plain = (path: string) => ({ kind: 'plain' as const, path });

const LIMITS: readonly Phase[] = [...byEach(YES, plain('/yes')), ...byEach(OPEN, plain('/open'))];
const ONE_TOKEN: readonly Phase[] = byEach(ONE, guarded(1));
const MORE_TOKENS: readonly Phase[] = [
  ...byEach(SOME, guarded(1_000)),
  ...byEach(NEW, guarded(MANY)),
];

/** A token that came by a refresh confirms it: one write to its row, in batches, twice a second. */
const CONFIRMING: Phase = {
  workload: by('W1 100,000 new tokens that each confirm a rotation', 32),
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
  if (phases.includes(CONFIRMING)) await seedSessions(database, 'sqlite', MANY);
  for (const phase of phases) await lineUp.enter(subject, server, phase);
}

function judge(bench: Bench): void {
  for (const connections of CONNECTIONS) {
    for (const platform of ['fastify', 'express'] as const) {
      judgeLimits(bench, platform, connections);
    }
    judgeRivals(bench, 'ours on Fastify', 'baton fastify', 10, connections);
    judgeRivals(bench, 'both on Express', 'baton express', 3.5, connections);
  }
}

function judgeLimits(bench: Bench, platform: Platform, connections: number): void {
  const mine = baton(platform).name;
  for (const [what, bound] of [
    [ONE, 0.92],
    [SOME, 0.88],
    [NEW, 0.7],
  ] as const) {
    for (const [where, limit] of [
      ['in the same application', mine],
      ['in an application without a database', limits(platform).name],
    ] as const) {
      const workload = by(what, connections);
      const yes = [by(YES, connections), limit] as const;
      const { perSecond, byCpu } = speedRatios(bench.samples, [workload, mine], yes);
      const against = `${platform}: a guard that only says yes, ${where}`;
      bench.goal(workload, against, perSecond, '≥', bound, byCpu);
    }
  }
}

function judgeRivals(
  bench: Bench,
  which: string,
  mine: string,
  bound: number,
  connections: number,
): void {
  const workload = by(ONE, connections);
  const ratios = ['textbook express', 'ackplus-nest-auth express']
    .map((rival) => speedRatios(bench.samples, [workload, mine], [workload, rival]))
    .filter(({ perSecond }) => !Number.isNaN(perSecond))
    .sort((a, b) => a.perSecond - b.perSecond);
  const [best] = ratios;
  if (best === undefined) return;
  bench.goal(workload, `the best Nest rival, ${which}`, best.perSecond, '≥', bound, best.byCpu);
}
