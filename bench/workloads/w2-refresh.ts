import type { Bench, Phase } from '../harness/bench.js';
import { freshDatabase } from '../harness/databases.js';
import { speedRatios } from '../harness/samples.js';
import { RIVALS, STANDALONE, type Subject, baton, limits } from '../harness/subjects.js';
import { inProcess } from './w2-in-process.js';

const refresh = (database: string, connections: number): Phase => ({
  workload: `W2 refresh on ${database}, ${connections} connection${connections > 1 ? 's' : ''}`,
  scenario: { kind: 'refresh' },
  connections,
});

const ECHO = 'W2 limit: echo of the same bytes, 32 connections';

/** As long as a refresh token of ours: the request's bytes are what is echoed. */
const ECHOED = JSON.stringify({ refresh_token: 'x'.repeat(374) });

const DATABASES = ['sqlite', 'postgres', 'mariadb'] as const;

/** A refresh: 32 independent sessions, each using what it just got. */
export async function w2(bench: Bench): Promise<void> {
  const { against, repetitions } = bench.options;
  const ours = (['fastify', 'express'] as const).flatMap((platform) => [
    baton(platform),
    ...(against === null ? [] : [baton(platform, against)]),
  ]);
  const rivals = RIVALS.filter(({ protocol }) => protocol !== 'better-auth');
  const subjects = [limits('fastify'), limits('express'), ...ours, STANDALONE, ...rivals];
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    for (const subject of bench.interleaved(subjects, repetition)) {
      await refreshing(bench, subject, repetition);
    }
    if (bench.options.subjects.test('in process')) await inProcess(bench, repetition);
  }
  judge(bench);
}

async function refreshing(bench: Bench, subject: Subject, repetition: number): Promise<void> {
  if (subject.name.startsWith('nest ')) {
    const scenario = { kind: 'plain', path: '/echo', body: ECHOED } as const;
    await bench.withServer(subject, async (server) => {
      await bench.measure(subject, server, repetition, {
        workload: ECHO,
        scenario,
        connections: 32,
      });
    });
    return;
  }
  const isOurs = ['baton', 'standalone'].includes(subject.protocol);
  for (const name of isOurs ? DATABASES : (['sqlite'] as const)) {
    const database = await freshDatabase(name).catch(() => null);
    if (database === null) {
      bench.log(`W2 ${name}: not there, left out`);
      continue;
    }
    const start = async () =>
      bench.withServer(
        subject,
        async (server) => {
          await bench.measure(subject, server, repetition, refresh(name, 32));
          if (name === 'sqlite') await bench.measure(subject, server, repetition, refresh(name, 1));
        },
        {},
        database,
      );
    await start().finally(() => database.drop());
  }
}

function judge(bench: Bench): void {
  const { samples } = bench;
  const workload = refresh('sqlite', 32).workload;
  for (const platform of ['fastify', 'express'] as const) {
    const mine = [workload, baton(platform).name] as const;
    const echo = speedRatios(samples, mine, [ECHO, limits(platform).name]);
    const what = `${platform}: an unguarded echo`;
    bench.goal(workload, what, echo.perSecond, '≥', 0.45, echo.byCpu);
  }
  const ours = [workload, baton('fastify').name] as const;
  const rival = speedRatios(samples, ours, [workload, 'oidc-provider']);
  bench.goal(workload, 'oidc-provider, ours on Fastify', rival.perSecond, '≥', 4, rival.byCpu);
}
