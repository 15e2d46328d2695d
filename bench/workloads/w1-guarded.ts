import type { Bench, Phase } from '../harness/bench.js';
import { type LineUp, sideBySide } from '../harness/line-up.js';
import { speedRatios } from '../harness/samples.js';
import { seedSessions } from '../harness/seeded-sessions.js';
import { SECRETS } from '../harness/server-process.js';
import {
  PLATFORMS,
  type Platform,
  RIVALS,
  STANDALONE,
  type Subject,
  barePassport,
  baton,
  batons,
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
/** Whom the token speaks for, read from the database: `GET /auth/me`, and the rival's userinfo. */
const ME = 'W1 who the user is, from the database';
const RIVALLED = 'W1 same token beside the rivals';

const guarded = (tokens: number, generation: 0 | 1 = 0) => ({
  kind: 'guarded' as const,
  tokens,
  generation,
  secret,
});

const plain = (path: string) => ({ kind: 'plain' as const, path });

const LIMITS: readonly Phase[] = [...byEach(YES, plain('/yes')), ...byEach(OPEN, plain('/open'))];
const ONE_TOKEN: readonly Phase[] = byEach(ONE, guarded(1));
const MORE_TOKENS: readonly Phase[] = [...byEach(SOME, guarded(1_000))];
const NEW_TOKENS: readonly Phase[] = byEach(NEW, guarded(MANY));
const USER_READ: readonly Phase[] = byEach(ME, guarded(1));
const BESIDE_RIVALS: readonly Phase[] = byEach(RIVALLED, guarded(1));

/** A token that came by a refresh confirms it: one write to its row, in batches, twice a second. */
const CONFIRMING: Phase = {
  workload: by('W1 100,000 new tokens that each confirm a rotation', 32),
  scenario: guarded(MANY, 1),
  connections: 32,
  deferredMs: 1_000,
};

/** What is sent to ours and to what it cannot do better than. */
function phasesBesideLimits({ name, protocol }: Subject): readonly Phase[] {
  if (name.startsWith('nest ')) return LIMITS;
  if (protocol === 'bare') return NEW_TOKENS;
  if (protocol !== 'baton') return USER_READ;
  return [...LIMITS, ...ONE_TOKEN, ...MORE_TOKENS, ...NEW_TOKENS, CONFIRMING];
}

/** What is sent to ours and to the rivals: tokens can be minted for those that sign them with a known secret. */
function phasesBesideRivals({ protocol }: Subject): readonly Phase[] {
  return protocol === 'textbook'
    ? [...BESIDE_RIVALS, ...MORE_TOKENS, ...NEW_TOKENS]
    : BESIDE_RIVALS;
}

/**
 * A guarded GET: how much of what the bare application does is left. Limits and rivals, one client and many are
 * line-ups of their own: a server that waits ten seconds for its turn may spend half of it collecting garbage.
 */
export async function w1(bench: Bench): Promise<void> {
  const { against, repetitions } = bench.options;
  const ours = batons(against);
  const oidcProvider = RIVALS.filter(({ protocol }) => protocol === 'oidc-provider');
  const bare = [...PLATFORMS.map(limits), ...PLATFORMS.map(barePassport)];
  const limited = [...bare, ...ours, STANDALONE, ...oidcProvider];
  const rivalled = [...ours, STANDALONE, ...RIVALS];
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    for (const connections of CONNECTIONS) {
      await play(bench, repetition, limited, phasesBesideLimits, connections);
      await play(bench, repetition, rivalled, phasesBesideRivals, connections);
    }
  }
  judge(bench);
}

/** One line-up: of what is sent to its subjects, what so many clients send. */
async function play(
  bench: Bench,
  repetition: number,
  subjects: readonly Subject[],
  phasesOf: (subject: Subject) => readonly Phase[],
  connections: number,
): Promise<void> {
  await sideBySide(bench, repetition, async (lineUp) => {
    for (const subject of bench.interleaved(subjects, repetition)) {
      const phases = phasesOf(subject).filter((phase) => phase.connections === connections);
      await takePart(bench, lineUp, subject, phases);
    }
  });
}

async function takePart(
  bench: Bench,
  lineUp: LineUp,
  subject: Subject,
  phases: readonly Phase[],
): Promise<void> {
  const wanted = bench.wanted(phases);
  if (wanted.length === 0) return;
  const { server, database } = await lineUp.start(subject);
  if (wanted.includes(CONFIRMING)) await seedSessions(database, 'sqlite', MANY);
  for (const phase of wanted) await lineUp.enter(subject, server, phase);
}

function judge(bench: Bench): void {
  for (const connections of CONNECTIONS) {
    for (const platform of PLATFORMS) {
      judgeLimits(bench, platform, connections);
      judgeNewTokens(bench, platform, connections);
    }
    judgeStandalone(bench, connections);
    judgeRivals(bench, 'ours on Fastify', 'baton fastify', 10, connections);
    judgeRivals(bench, 'both on Express', 'baton express', 3.5, connections);
  }
}

function judgeLimits(bench: Bench, platform: Platform, connections: number): void {
  const mine = baton(platform).name;
  for (const [what, bound] of [
    [ONE, 0.9],
    [SOME, 0.86],
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

function judgeNewTokens(bench: Bench, platform: Platform, connections: number): void {
  const workload = by(NEW, connections);
  const bare = [workload, barePassport(platform).name] as const;
  const ratios = speedRatios(bench.samples, [workload, baton(platform).name], bare);
  const what = `${platform}: a bare passport-jwt strategy with a KeyObject`;
  bench.goal(workload, what, ratios.perSecond, '≥', 0.95, ratios.byCpu);
}

function judgeStandalone(bench: Bench, connections: number): void {
  const workload = by(ME, connections);
  for (const [what, limit, bound] of [
    ['standalone: the userinfo of oidc-provider', [workload, 'oidc-provider'], 3],
    [
      'standalone: a guard that only says yes, on Fastify without a database',
      [by(YES, connections), limits('fastify').name],
      0.5,
    ],
  ] as const) {
    const ratios = speedRatios(bench.samples, [workload, STANDALONE.name], limit);
    bench.goal(workload, what, ratios.perSecond, '≥', bound, ratios.byCpu);
  }
}

function judgeRivals(
  bench: Bench,
  which: string,
  mine: string,
  bound: number,
  connections: number,
): void {
  const workload = by(RIVALLED, connections);
  const ratios = ['textbook express', 'ackplus-nest-auth express']
    .map((rival) => speedRatios(bench.samples, [workload, mine], [workload, rival]))
    .filter(({ perSecond }) => !Number.isNaN(perSecond))
    .sort((a, b) => a.perSecond - b.perSecond);
  const [best] = ratios;
  if (best === undefined) return;
  bench.goal(workload, `the best Nest rival, ${which}`, best.perSecond, '≥', bound, best.byCpu);
}
