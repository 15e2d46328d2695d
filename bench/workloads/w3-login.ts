import { join } from 'node:path';
import type { Slice } from '../driver/slices.js';
import type { Bench } from '../harness/bench.js';
import { type LineUp, sideBySide } from '../harness/line-up.js';
import { pairedRatio } from '../harness/samples.js';
import { STANDALONE } from '../harness/subjects.js';

const ARGON2 = join(import.meta.dirname, '../subjects/bare-argon2id.js');
const CONNECTIONS = 4;
const LOGIN = 'W3 login, 4 connections';
const BARE = 'W3 limit: bare argon2id, 4 at once';
const QUIET = 'W3 refresh, 8 connections, alone';
const FLOODED = 'W3 refresh, 8 connections, while 8 others log in';

/** A login takes tens of milliseconds: slices several times as long, and fewer of them. */
const SLICE_FACTOR = 5;

/** Logins against what their hash alone costs, and refreshes while logins flood. Nothing is pinned here. */
export async function w3(bench: Bench): Promise<void> {
  const { options, samples } = bench;
  if (!options.subjects.test(STANDALONE.name)) return;
  const rounds = {
    rounds: Math.ceil(options.rounds / 2),
    sliceMs: options.sliceMs * SLICE_FACTOR,
  };
  for (let repetition = 0; repetition < options.repetitions; repetition += 1) {
    await sideBySide(bench, repetition, lineUp, rounds);
  }
  const { name } = STANDALONE;
  const login = pairedRatio(samples, [LOGIN, name], [BARE, 'node']);
  bench.note(LOGIN, 'bare argon2id', login, '≥', 0.9);
  const p99 = pairedRatio(samples, [FLOODED, name], [QUIET, name], (result) => result.p99Ms);
  bench.note(FLOODED, 'its p99 without', p99, '≤', 3);
}

async function lineUp(all: LineUp): Promise<void> {
  const argon2id = all.program(ARGON2, String(CONNECTIONS));
  const { server } = await all.start(STANDALONE, { pinned: false });
  const client = (kind: 'login' | 'refresh', connections: number) =>
    all.driver(STANDALONE, server, { scenario: { kind }, connections }, false);
  const login = await client('login', CONNECTIONS);
  const refresh = await client('refresh', 8);
  const flood = await client('login', 8);

  const flooded = async (slice: Slice) => {
    const allAlong = { leadMs: 0, measureMs: slice.leadMs + slice.measureMs };
    const [record] = await Promise.all([refresh.play(slice), flood.play(allAlong)]);
    return record;
  };
  const peakMb = () => server.memory().peakMb;
  const ours = { subject: STANDALONE.name, deferredMs: 0, peakMb };
  all.takePart(
    { ...ours, workload: LOGIN, play: (slice) => login.play(slice) },
    {
      workload: BARE,
      subject: 'node',
      deferredMs: 0,
      play: (slice) => argon2id.play(slice),
      peakMb: () => argon2id.peakMb(),
    },
    { ...ours, workload: QUIET, play: (slice) => refresh.play(slice) },
    { ...ours, workload: FLOODED, play: flooded },
  );
}
