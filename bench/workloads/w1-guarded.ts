import type { Bench, Phase } from '../harness/bench.js';
import { sideBySide } from '../harness/line-up.js';
import { seedSessions } from '../harness/seeded-sessions.js';
import { SECRETS } from '../harness/server-process.js';
import {
  PLATFORMS,
  RIVALS,
  STANDALONE,
  type Subject,
  barePassport,
  baton,
  batons,
  limits,
} from '../harness/subjects.js';
import { CONNECTIONS, by, byEach } from './by-connections.js';

const MANY = 100_000;
const YES = 'W1 limit: a guard that only says yes';
const OPEN = 'W1 limit: no guard';
const ONE = 'W1 same token';
const SOME = 'W1 1,000 tokens';
const NEW = 'W1 100,000 new tokens';
/** Whom the token speaks for, read from the database: `GET /auth/me`, and the rival's userinfo. */
const ME = 'W1 who the user is, from the database';
const RIVALLED = 'W1 same token beside the rivals';

const plain = (path: string) => ({ kind: 'plain' as const, path });
const guarded = (tokens: number, generation: 0 | 1 = 0) => ({
  kind: 'guarded' as const,
  tokens,
  generation,
  secret: SECRETS.AUTH_ACCESS_SECRET,
});

/** A token that came by a refresh confirms it: one write to its row, in batches, twice a second. */
const CONFIRMING: Phase = {
  workload: by('W1 100,000 new tokens that each confirm a rotation', 32),
  scenario: guarded(MANY, 1),
  connections: 32,
  deferredMs: 1_000,
};

const LIMITS = [...byEach(YES, plain('/yes')), ...byEach(OPEN, plain('/open'))];
const ONE_TOKEN = byEach(ONE, guarded(1));
const SOME_TOKENS = byEach(SOME, guarded(1_000));
const NEW_TOKENS = byEach(NEW, guarded(MANY));
const USER_READ = byEach(ME, guarded(1));
const BESIDE_RIVALS = byEach(RIVALLED, guarded(1));

/** What is sent to ours and to what it cannot do better than. */
function besideLimits({ name, protocol }: Subject): readonly Phase[] {
  if (name.startsWith('nest ')) return LIMITS;
  if (protocol === 'bare') return NEW_TOKENS;
  if (protocol !== 'baton') return USER_READ;
  return [...LIMITS, ...ONE_TOKEN, ...SOME_TOKENS, ...NEW_TOKENS, CONFIRMING];
}

/** What is sent to ours and to the rivals: tokens can be minted for those that sign them with a known secret. */
const besideRivals = ({ protocol }: Subject): readonly Phase[] =>
  protocol === 'textbook' ? [...BESIDE_RIVALS, ...SOME_TOKENS, ...NEW_TOKENS] : BESIDE_RIVALS;

/**
 * A guarded GET: how much of what the bare application does is left. Limits and rivals, one client and many are
 * line-ups of their own: a server that waits ten seconds for its turn may spend half of it collecting garbage.
 */
export async function w1(bench: Bench): Promise<void> {
  const ours = [...batons(bench.options.against), STANDALONE];
  const oidcProvider = RIVALS.filter(({ protocol }) => protocol === 'oidc-provider');
  const bare = [...PLATFORMS.map(limits), ...PLATFORMS.map(barePassport)];
  for (let repetition = 0; repetition < bench.options.repetitions; repetition += 1) {
    for (const connections of CONNECTIONS) {
      const play = playWith(bench, repetition, connections);
      await play([...bare, ...ours, ...oidcProvider], besideLimits);
      await play([...ours, ...RIVALS], besideRivals);
    }
  }
  for (const connections of CONNECTIONS) judge(bench, (workload) => by(workload, connections));
}

/** Plays line-ups: of what is sent to their subjects, what so many clients send. */
function playWith(bench: Bench, repetition: number, connections: number) {
  return (subjects: readonly Subject[], phasesOf: (subject: Subject) => readonly Phase[]) =>
    sideBySide(bench, repetition, async (lineUp) => {
      for (const subject of bench.interleaved(subjects, repetition)) {
        const all = phasesOf(subject).filter((phase) => phase.connections === connections);
        const phases = bench.wanted(all);
        if (phases.length === 0) continue;
        const { server, database } = await lineUp.start(subject);
        if (phases.includes(CONFIRMING)) await seedSessions(database, 'sqlite', MANY);
        for (const phase of phases) await lineUp.enter(subject, server, phase);
      }
    });
}

/** @param at the name of a workload as so many clients drive it */
function judge(bench: Bench, at: (workload: string) => string): void {
  for (const platform of PLATFORMS) {
    const { name } = baton(platform);
    const yes = `${platform}: a guard that only says yes`;
    const bare = limits(platform).name;
    for (const [workload, bound] of [
      [at(ONE), 0.9],
      [at(SOME), 0.86],
    ] as const) {
      const mine = [workload, name] as const;
      bench.goal(`${yes}, in the same application`, mine, [at(YES), name], bound);
      bench.goal(`${yes}, in one without a database`, mine, [at(YES), bare], bound);
    }
    const passport = [at(NEW), barePassport(platform).name] as const;
    const what = `${platform}: a bare passport-jwt strategy with a KeyObject`;
    bench.goal(what, [at(NEW), name], passport, 0.95);
  }
  const me = [at(ME), STANDALONE.name] as const;
  bench.goal('standalone: the userinfo of oidc-provider', me, [at(ME), 'oidc-provider'], 3);
  const fastify = [at(YES), limits('fastify').name] as const;
  bench.goal('standalone: a guard that only says yes, without a database', me, fastify, 0.5);
  for (const rival of ['textbook express', 'ackplus-nest-auth express']) {
    const other = [at(RIVALLED), rival] as const;
    bench.goal(`${rival}, ours on Fastify`, [at(RIVALLED), 'baton fastify'], other, 10);
    bench.goal(`${rival}, both on Express`, [at(RIVALLED), 'baton express'], other, 3.5);
  }
}
