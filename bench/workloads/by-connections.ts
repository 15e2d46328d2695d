import type { Phase } from '../harness/bench.js';

/** How many clients drive a workload at a time: one shows what a request takes, more what a server can do. */
export const CONNECTIONS = [32, 1] as const;

/** The name of a workload as so many clients drive it. */
export const by = (workload: string, connections: number): string =>
  `${workload}, ${connections} connection${connections > 1 ? 's' : ''}`;

/** A workload once by many clients and once by one. */
export const byEach = (workload: string, scenario: Phase['scenario']): Phase[] =>
  CONNECTIONS.map((connections) => ({
    workload: by(workload, connections),
    scenario,
    connections,
  }));
