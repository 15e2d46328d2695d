import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** How the rounds of a repetition are played. */
export interface RoundOptions {
  /** How often each server has its turn in each phase. */
  readonly rounds: number;
  /** How long a turn is measured. */
  readonly sliceMs: number;
  /** How long a turn is driven before that. */
  readonly leadMs: number;
  /** How long the turns of the warm-up are. */
  readonly warmMs: number;
}

/** What a run is asked to do. */
export interface BenchOptions extends RoundOptions {
  /** The workloads, in order. */
  readonly only: readonly string[];
  readonly quick: boolean;
  /** How often everything is repeated, each time in processes of its own. */
  readonly repetitions: number;
  /** Subjects whose name does not match are left out. */
  readonly subjects: RegExp;
  /** Phases of a workload whose name does not match are left out. */
  readonly phases: RegExp;
  /** Another checkout, with its own `bench/build`, that is measured beside this one. */
  readonly against: string | null;
  /** Where the servers leave CPU profiles; null for none. */
  readonly profile: string | null;
}

export const WORKLOADS = ['w1', 'w2', 'w3', 'w4', 'w5', 'w6', 'w7'] as const;

export function readOptions(args: string[]): BenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', default: WORKLOADS.join(',') },
      quick: { type: 'boolean', default: false },
      repeat: { type: 'string' },
      subjects: { type: 'string', default: '' },
      phases: { type: 'string', default: '' },
      against: { type: 'string' },
      profile: { type: 'string' },
      'no-build': { type: 'boolean' },
    },
  });
  const { quick } = values;
  return {
    only: values.only.split(','),
    quick,
    repetitions: Number(values.repeat ?? (quick ? 1 : 5)),
    rounds: quick ? 3 : 5,
    sliceMs: 200,
    leadMs: 20,
    warmMs: quick ? 250 : 400,
    subjects: new RegExp(values.subjects),
    phases: new RegExp(values.phases),
    against: values.against === undefined ? null : resolve(values.against),
    profile: values.profile === undefined ? null : resolve(values.profile),
  };
}
