import { type Clock, machineTime } from '../../src/clock.js';

/** The time of the machine, for whoever makes proofs against a server that runs by itself. */
export const machineClock: Clock = { nowMs: () => machineTime.wallMs() };
