import type { Bench } from '../harness/bench.js';
import { type DatabaseName, freshDatabase } from '../harness/databases.js';
import { sideBySide } from '../harness/line-up.js';
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
  const { against, repetitions, rounds, subjects } = bench.options;
  const ours = [...batons(against), STANDALONE];
  const rivals = RIVALS.filter(({ name }) => !LEFT_OUT.test(name));
  const onSqlite = [...PLATFORMS.map(limits), ...ours, STANDALONE_UNSYNCED, ...rivals];
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    await play(bench, repetition, onSqlite, ['sqlite'], rounds);
    await play(bench, repetition, ours, ['postgres', 'mariadb'], Math.ceil(rounds / 2));
    if (subjects.test('in process')) await inProcess(bench, repetition);
  }
  for (const connections of CONNECTIONS) judge(bench, connections);
}

function play(
  bench: Bench,
  repetition: number,
  subjects: readonly Subject[],
  databases: readonly DatabaseName[],
  rounds: number,
): Promise<void> {
  return sideBySide(
    bench,
    repetition,
    async (lineUp) => {
      for (const name of databases) {
        for (const subject of bench.interleaved(subjects, repetition)) {
          const phases = bench.wanted(phasesOf(subject, name));
          if (phases.length === 0) continue;
          const database = await freshDatabase(name).catch(() => null);
          if (database === null) return bench.log(`W2 ${name}: not there, left out`);
          lineUp.atEnd(() => database.drop());
          const { server } = await lineUp.start(subject, { database });
          for (const phase of phases) await lineUp.enter(subject, server, phase);
        }
      }
    },
    { rounds },
  );
}

const phasesOf = ({ name }: Subject, database: DatabaseName) =>
  name.startsWith('nest ')
    ? byEach(ECHO, echoing)
    : byEach(refreshOn(database), { kind: 'refresh' });

function judge(bench: Bench, connections: number): void {
  const workload = by(refreshOn('sqlite'), connections);
  for (const platform of PLATFORMS) {
    const echo = [by(ECHO, connections), limits(platform).name] as const;
    const mine = [workload, baton(platform).name] as const;
    bench.goal(`${platform}: an unguarded echo`, mine, echo, 0.28);
  }
  for (const [which, { name }] of [
    ['a host with users in memory, on Fastify', baton('fastify')],
    ['standalone', STANDALONE],
    ['standalone, synced no more than the rival', STANDALONE_UNSYNCED],
  ] as const) {
    bench.goal(`oidc-provider, ${which}`, [workload, name], [workload, 'oidc-provider'], 6);
  }
}
