import type { Bench, Phase } from '../harness/bench.js';
import { type DatabaseName, freshDatabase } from '../harness/databases.js';
import { type LineUp, sideBySide } from '../harness/line-up.js';
import { speedRatios } from '../harness/samples.js';
import {
  PLATFORMS,
  RIVALS,
  STANDALONE,
  STANDALONE_UNSYNCED,
  type Subject,
  baton,
  batons,
  limits,
} from '../harness/subjects.js';
import { CONNECTIONS, by, byEach } from './by-connections.js';
import { inProcess } from './w2-in-process.js';

const ECHO = 'W2 limit: echo of the same bytes';
const refreshOn = (database: DatabaseName): string => `W2 refresh on ${database}`;

/** As long as a refresh token of ours: the request's bytes are what is echoed. */
const echoing = {
  kind: 'plain' as const,
  path: '/echo',
  body: JSON.stringify({ refresh_token: 'x'.repeat(374) }),
};

/** What does not rotate, and the second platform of what spends all its time in bcrypt. */
const LEFT_OUT = /^better-auth|^textbook express/;

/** A refresh: 32 independent sessions, each using what it just got. */
export async function w2(bench: Bench): Promise<void> {
  const { against, repetitions, rounds } = bench.options;
  const ours = batons(against);
  const rivals = RIVALS.filter(({ name }) => !LEFT_OUT.test(name));
  const onSqlite = [...PLATFORMS.map(limits), ...ours, STANDALONE, STANDALONE_UNSYNCED, ...rivals];
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    await sideBySide(bench, repetition, async (lineUp) => {
      for (const subject of bench.interleaved(onSqlite, repetition)) {
        await takePart(bench, lineUp, subject, 'sqlite');
      }
    });
    const setUp = async (lineUp: LineUp) => {
      for (const name of ['postgres', 'mariadb'] as const) {
        for (const subject of bench.interleaved([...ours, STANDALONE], repetition)) {
          await takePart(bench, lineUp, subject, name);
        }
      }
    };
    await sideBySide(bench, repetition, setUp, { rounds: Math.ceil(rounds / 2) });
    if (bench.options.subjects.test('in process')) await inProcess(bench, repetition);
  }
  judge(bench);
}

const phasesOf = ({ name }: Subject, database: DatabaseName): Phase[] =>
  name.startsWith('nest ')
    ? byEach(ECHO, echoing)
    : byEach(refreshOn(database), { kind: 'refresh' });

async function takePart(
  bench: Bench,
  lineUp: LineUp,
  subject: Subject,
  name: DatabaseName,
): Promise<void> {
  const phases = bench.wanted(phasesOf(subject, name));
  if (phases.length === 0) return;
  const database = await freshDatabase(name).catch(() => null);
  if (database === null) return bench.log(`W2 ${name}: not there, left out`);
  lineUp.atEnd(() => database.drop());
  const { server } = await lineUp.start(subject, { database });
  for (const phase of phases) await lineUp.enter(subject, server, phase);
}

function judge(bench: Bench): void {
  const { samples } = bench;
  for (const connections of CONNECTIONS) {
    const workload = by(refreshOn('sqlite'), connections);
    for (const platform of PLATFORMS) {
      const mine = [workload, baton(platform).name] as const;
      const echo = [by(ECHO, connections), limits(platform).name] as const;
      const { perSecond, byCpu } = speedRatios(samples, mine, echo);
      bench.goal(workload, `${platform}: an unguarded echo`, perSecond, '≥', 0.28, byCpu);
    }
    for (const [which, name] of [
      ['a host with users in memory, on Fastify', baton('fastify').name],
      ['standalone', STANDALONE.name],
      ['standalone, synced no more than the rival', STANDALONE_UNSYNCED.name],
    ] as const) {
      const rival = speedRatios(samples, [workload, name], [workload, 'oidc-provider']);
      bench.goal(workload, `oidc-provider, ${which}`, rival.perSecond, '≥', 6, rival.byCpu);
    }
  }
}
