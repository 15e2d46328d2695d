import { atOnce } from '../driver/slices.js';
import type { Bench } from '../harness/bench.js';
import { type FreshDatabase, freshDatabase } from '../harness/databases.js';
import { type LineUp, sideBySide } from '../harness/line-up.js';
import { pairedRatio } from '../harness/samples.js';
import { type Subject, baton } from '../harness/subjects.js';
import { fill, listScenario, refreshScenario } from './w7-table.js';

const FEW = 10_000;
const PROCESSES = 'W7 refresh on one PostgreSQL, 16 connections to each process';
const ONE = '1 process, unpinned';
const TWO = '2 processes, unpinned';

/** A table of sessions of a certain size. */
interface Filled {
  readonly rows: number;
  readonly database: FreshDatabase;
}

const name = (what: string, rows: number): string =>
  `W7 ${what} with ${rows.toLocaleString('en')} sessions in the table`;

/** Refreshes and session lists, spread over a small and over a large table on PostgreSQL. */
export async function w7(bench: Bench): Promise<void> {
  const many = bench.options.quick ? 1_000_000 : 10_000_000;
  const subject = baton('fastify');
  if (!bench.options.subjects.test(subject.name)) return;
  const filled: Filled[] = [];
  try {
    for (const rows of [FEW, many]) {
      const database = await freshDatabase('postgres');
      filled.push({ rows, database });
      await fill(bench, subject, database, rows);
    }
    for (let repetition = 0; repetition < bench.options.repetitions; repetition += 1) {
      await sideBySide(bench, repetition, (lineUp) => setUp(lineUp, subject, filled));
    }
  } catch (error) {
    bench.log(`W7 left out: ${String(error)}`);
  } finally {
    for (const { database } of filled) await database.drop();
  }
  judge(bench, subject, many);
}

async function setUp(lineUp: LineUp, subject: Subject, filled: readonly Filled[]): Promise<void> {
  for (const { rows, database } of filled) {
    const { server } = await lineUp.start(subject, { database });
    const refreshing = await refreshScenario(server, database, rows);
    const refresh = { workload: name('refresh', rows), scenario: refreshing, connections: 8 };
    await lineUp.enter(subject, server, refresh);
    const listing = await listScenario(server, rows);
    const list = { workload: name('session list', rows), scenario: listing, connections: 8 };
    await lineUp.enter(subject, server, list);
    if (rows === FEW) await processes(lineUp, subject, database);
  }
}

/** One process by itself, and both at the same time; each has a driver and sessions of its own. */
async function processes(lineUp: LineUp, subject: Subject, database: FreshDatabase): Promise<void> {
  const start = async () => {
    const { server } = await lineUp.start(subject, { database, pinned: false, profile: null });
    const clients = { scenario: { kind: 'refresh' as const }, connections: 16 };
    return lineUp.driver(subject, server, clients, false);
  };
  const [one, other] = [await start(), await start()];
  const shared = { workload: PROCESSES, deferredMs: 0, peakMb: () => Number.NaN };
  lineUp.takePart(
    { ...shared, subject: ONE, play: (slice) => one.play(slice) },
    {
      ...shared,
      subject: TWO,
      play: async (slice) => atOnce(await Promise.all([one.play(slice), other.play(slice)])),
    },
  );
}

function judge(bench: Bench, subject: Subject, many: number): void {
  const { samples } = bench;
  for (const what of ['refresh', 'session list']) {
    const [small, large] = [name(what, FEW), name(what, many)];
    const pair = [
      [large, subject.name],
      [small, subject.name],
    ] as const;
    const p50 = pairedRatio(samples, ...pair, ({ p50Ms }) => p50Ms);
    bench.note(large, 'p50 with 10 thousand', p50, '≤', 1.2);
  }
  // By CPU time as if each process had a core: what it costs per request is all that is left.
  bench.goal('two processes, one', [PROCESSES, TWO], [PROCESSES, ONE], 1.7, 2);
}
