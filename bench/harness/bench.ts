import type { Scenario } from '../driver/jobs.js';
import { type FreshDatabase, freshDatabase } from './databases.js';
import type { BenchOptions } from './options.js';
import type { Sample } from './samples.js';
import { type ServerProcess, type StartOptions, startServer } from './server-process.js';
import type { Subject } from './subjects.js';

/** Something to show that is not a closed loop. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly note?: string;
}

/** A goal of the project, and what became of it. */
export interface Goal {
  readonly workload: string;
  readonly what: string;
  readonly goal: string;
  readonly measured: number;
  /** The same ratio by the servers' CPU time per request: other work on the machine disturbs it less. */
  readonly byCpu: number | null;
  readonly holds: boolean;
}

/** One phase of a workload: what the clients do, under which name. */
export interface Phase {
  readonly workload: string;
  readonly scenario: Scenario;
  readonly connections: number;
  /** How long the server may put off what this causes, milliseconds; see `Contestant`. @default 0 */
  readonly deferredMs?: number;
}

type Started = (server: ServerProcess, database: FreshDatabase) => Promise<void>;

/** One run: what it has measured so far. */
export class Bench {
  readonly samples: Sample[] = [];
  readonly tables: Table[] = [];
  readonly goals: Goal[] = [];
  /** Answers that were not as they should be: what they took says nothing, and the run fails. */
  readonly failures: string[] = [];

  constructor(readonly options: BenchOptions) {}

  log(line: string): void {
    console.log(line);
  }

  /** The subjects that this run is about, each time in another order. */
  interleaved(subjects: readonly Subject[], repetition: number): Subject[] {
    const chosen = subjects.filter(({ name }) => this.options.subjects.test(name));
    const first = repetition % Math.max(1, chosen.length);
    return [...chosen.slice(first), ...chosen.slice(0, first)];
  }

  /** Runs something with a subject in a process of its own on a fresh database. */
  async withServer(
    subject: Subject,
    started: Started,
    options: Partial<StartOptions> = {},
    database?: FreshDatabase,
  ): Promise<void> {
    const own = database ?? (await freshDatabase('sqlite'));
    const { profile } = this.options;
    const server = await startServer(subject, { profile, ...options, databaseUrl: own.url });
    try {
      await started(server, own);
    } finally {
      await server.stop();
      if (database === undefined) await own.drop();
    }
  }

  /** The phases that this run is about. */
  wanted<Named extends { readonly workload: string }>(phases: readonly Named[]): Named[] {
    return phases.filter(({ workload }) => this.options.phases.test(workload));
  }

  /** Keeps what one subject has shown in one repetition. */
  keep(sample: Sample): void {
    this.samples.push(sample);
    const { workload, subject, result } = sample;
    const { perSecond, p99Ms, cpuUsPerRequest, failures, firstFailure } = result;
    this.log(
      `${workload.padEnd(50)} ${subject.padEnd(26)} ${perSecond.toFixed(0).padStart(6)}/s` +
        `  p99 ${p99Ms.toFixed(2)} ms  CPU ${cpuUsPerRequest.toFixed(0)} µs` +
        (failures > 0 ? `  ${failures} failures: ${firstFailure}` : ''),
    );
    if (failures > 0) this.failures.push(`${workload}, ${subject}: ${failures}, ${firstFailure}`);
  }

  /** Notes whether a goal holds; one whose subjects were left out is passed over. */
  goal(
    workload: string,
    what: string,
    measured: number,
    relation: '≥' | '≤',
    bound: number,
    byCpu: number | null = null,
  ): void {
    if (Number.isNaN(measured)) return;
    const holds = relation === '≥' ? measured >= bound : measured <= bound;
    this.goals.push({ workload, what, goal: `${relation} ${bound}`, measured, byCpu, holds });
  }
}
