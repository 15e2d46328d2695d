import type { Bench, Phase } from './bench.js';
import { type FreshDatabase, freshDatabase } from './databases.js';
import { DriverProcess } from './driver-process.js';
import type { RoundOptions } from './options.js';
import { type Contestant, playRounds } from './rounds.js';
import { sumUp } from '../driver/slices.js';
import { type ServerProcess, type StartOptions, startServer } from './server-process.js';
import type { Subject } from './subjects.js';

/** A server on its database. */
export interface Started {
  readonly server: ServerProcess;
  readonly database: FreshDatabase;
}

/** Where a server runs, and on what. */
interface Place extends Partial<StartOptions> {
  /** Somebody else's, who drops it; without, a fresh one on SQLite. */
  readonly database?: FreshDatabase;
}

/** Everything that is compared in one repetition, alive at the same time: a server that is idle costs nothing. */
export class LineUp {
  readonly contestants: Contestant[] = [];
  private readonly endings: (() => Promise<void>)[] = [];

  constructor(private readonly bench: Bench) {}

  /** Starts a subject in a process of its own. */
  async start(subject: Subject, { database, ...options }: Place = {}): Promise<Started> {
    const own = database ?? (await freshDatabase('sqlite'));
    if (database === undefined) this.atEnd(() => own.drop());
    const { profile } = this.bench.options;
    const server = await startServer(subject, { profile, ...options, databaseUrl: own.url });
    this.atEnd(() => server.stop());
    return { server, database: own };
  }

  /** Starts a driver for a phase; the caller lets it take part. */
  async driver(
    { protocol }: Subject,
    { port, pid }: ServerProcess,
    { scenario, connections }: Pick<Phase, 'scenario' | 'connections'>,
    pinned = true,
  ): Promise<DriverProcess> {
    const job = { port, pid, protocol, scenario, connections };
    const driver = await DriverProcess.prepared(job, pinned);
    this.atEnd(() => driver.end());
    return driver;
  }

  /** Starts a program that answers slices itself. */
  program(file: string, ...args: readonly string[]): DriverProcess {
    const program = DriverProcess.start(file, args, false);
    this.atEnd(() => program.end());
    return program;
  }

  /** Has a subject take part in a phase. */
  async enter(subject: Subject, server: ServerProcess, phase: Phase): Promise<void> {
    if (this.bench.wanted([phase]).length === 0) return;
    const driver = await this.driver(subject, server, phase);
    this.takePart({
      workload: phase.workload,
      subject: subject.name,
      deferredMs: phase.deferredMs ?? 0,
      play: (slice) => driver.play(slice),
      peakMb: () => server.memory().peakMb,
    });
  }

  /** Takes in those whose phase this run is about. */
  takePart(...contestants: readonly Contestant[]): void {
    this.contestants.push(...this.bench.wanted(contestants));
  }

  /** Drivers first, then servers, then databases. */
  async end(): Promise<void> {
    for (const ending of [...this.endings].reverse()) await ending();
  }

  atEnd(ending: () => Promise<void>): void {
    this.endings.push(ending);
  }
}

/** Does something with one subject alone: in a process of its own, on a fresh database unless one is given. */
export async function withServer<Result>(
  bench: Bench,
  subject: Subject,
  place: Place,
  work: (started: Started) => Promise<Result>,
): Promise<Result> {
  const lineUp = new LineUp(bench);
  try {
    return await work(await lineUp.start(subject, place));
  } finally {
    await lineUp.end();
  }
}

const secondsSince = (startedMs: number): string =>
  ((performance.now() - startedMs) / 1000).toFixed(0);

/** Sets up a repetition, plays its rounds, keeps what was measured, and ends everything. */
export async function sideBySide(
  bench: Bench,
  repetition: number,
  setUp: (lineUp: LineUp) => Promise<void>,
  rounds: Partial<RoundOptions> = {},
): Promise<void> {
  const lineUp = new LineUp(bench);
  const startedMs = performance.now();
  try {
    await setUp(lineUp);
    const { contestants } = lineUp;
    if (contestants.length > 0)
      bench.log(`${contestants.length} side by side, set up in ${secondsSince(startedMs)} s`);
    const shown = await playRounds(contestants, { ...bench.options, ...rounds }, repetition);
    for (const [{ workload, subject, peakMb }, records] of shown) {
      const sample = { workload, subject, repetition, result: sumUp(records), peakMb: peakMb() };
      bench.keep(sample);
    }
    bench.log(`Repetition ${repetition + 1}, played within ${secondsSince(startedMs)} s`);
  } finally {
    await lineUp.end();
  }
}
