import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Bench } from '../harness/bench.js';
import { drive } from '../harness/driver-process.js';
import { type Sample, pairedRatio } from '../harness/samples.js';
import { STANDALONE } from '../harness/subjects.js';

const ARGON2 = join(import.meta.dirname, '../subjects/bare-argon2id.js');
const CONNECTIONS = 4;
const LOGIN = 'W3 login, 4 connections';
const BARE = 'W3 limit: bare argon2id, 4 at once';
const QUIET = 'W3 refresh, 8 connections, alone';
const FLOODED = 'W3 refresh, 8 connections, while 8 others log in';

/** Logins against what their hash alone costs, and refreshes while logins flood. Nothing is pinned here. */
export async function w3(bench: Bench): Promise<void> {
  if (!bench.options.subjects.test(STANDALONE.name)) return;
  for (let repetition = 0; repetition < bench.options.repetitions; repetition += 1) {
    bareArgon2id(bench, repetition);
    await bench.withServer(
      STANDALONE,
      async ({ port, pid, memory }) => {
        const run = async (kind: 'login' | 'refresh', connections: number) => {
          const { warmMs, measureMs } = bench.options;
          const times = { warmMs, measureMs: measureMs * 2 };
          const job = { port, pid, ...times, protocol: 'standalone' as const };
          return drive({ ...job, connections, scenario: { kind } }, false);
        };
        const keep = (workload: string, result: Sample['result']): void => {
          const { peakMb } = memory();
          bench.samples.push({ workload, subject: STANDALONE.name, repetition, result, peakMb });
          const { perSecond, p50Ms, p99Ms } = result;
          bench.log(
            `${workload}: ${perSecond.toFixed(0)}/s, p50 ${p50Ms.toFixed(2)}, p99 ${p99Ms.toFixed(2)} ms`,
          );
        };
        keep(LOGIN, await run('login', CONNECTIONS));
        keep(QUIET, await run('refresh', 8));
        const [refreshes] = await Promise.all([run('refresh', 8), run('login', 8)]);
        keep(FLOODED, refreshes);
      },
      { pinned: false },
    );
  }
  const { samples } = bench;
  const name = STANDALONE.name;
  bench.goal(LOGIN, 'bare argon2id', pairedRatio(samples, [LOGIN, name], [BARE, 'node']), '≥', 0.9);
  const p99 = pairedRatio(samples, [FLOODED, name], [QUIET, name], (result) => result.p99Ms);
  bench.goal(FLOODED, 'its p99 without', p99, '≤', 3);
}

function bareArgon2id(bench: Bench, repetition: number): void {
  const env = { ...process.env, MEASURE_MS: String(bench.options.measureMs) };
  const { stdout } = spawnSync(process.execPath, [ARGON2, String(CONNECTIONS)], {
    env,
    encoding: 'utf8',
  });
  const { perSecond, peakMb }: { perSecond: number; peakMb: number } = JSON.parse(stdout);
  const none = { failures: 0, firstFailure: null, cpuUsPerRequest: Number.NaN };
  const latency = (CONNECTIONS * 1000) / perSecond;
  const result = { requests: 0, perSecond, p50Ms: latency, p99Ms: Number.NaN, ...none };
  bench.samples.push({ workload: BARE, subject: 'node', repetition, result, peakMb });
  bench.log(`${BARE}: ${perSecond.toFixed(1)}/s`);
}
