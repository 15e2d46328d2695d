import type { Scenario } from '../driver/jobs.js';
import type { BenchOptions } from './options.js';
import { type Figure, type Sample, pairedRatio } from './samples.js';
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

  /** Notes whether `mine` answers at least so many times as often as `other`, within each repetition. */
  goal(what: string, mine: Figure, other: Figure, atLeast: number, cpuFactor = 1): void {
    const byCpu = pairedRatio(this.samples, other, mine, (result) => result.cpuUsPerRequest);
    const perSecond = pairedRatio(this.samples, mine, other);
    this.note(mine[0], what, perSecond, '≥', atLeast, byCpu * cpuFactor);
  }

  /** Notes whether a goal holds; one whose subjects were left out is passed over. */
  note(
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
