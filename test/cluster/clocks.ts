import { setTimeout as sleep } from 'node:timers/promises';
import { settableClock } from '../standalone/settable-clock.js';
import { Fleet } from './fleet.js';
import { postgres } from './one-server.js';
import type { Scenario } from './play.js';

const MINUTES = 60_000;
/** How far the clocks of the machines are off when the instances start. The last one jumps then. */
const OFF_MS = [-10 * MINUTES, 5_000, 10 * MINUTES, 0];
const JUMPS_MS = [17 * MINUTES, -17 * MINUTES, 45 * MINUTES, -5_000];
const BETWEEN_JUMPS_MS = 1_500;

export const CLOCKS: readonly Scenario[] = [
  {
    name: 'grace, lifetimes and confirmations are the same on instances whose clocks differ by minutes, and on one whose clock jumps',
    setUp: async () => {
      const { url } = await postgres();
      const clocks = await Promise.all(OFF_MS.map(settableClock));
      const fleet = await Fleet.on(
        clocks.map(({ variables }) => ({ DATABASE_URL: url, ...variables })),
      );
      const breakAndMend = async () => {
        for (const jumpMs of JUMPS_MS) {
          await clocks.at(-1)?.setOff(jumpMs);
          await sleep(BETWEEN_JUMPS_MS);
        }
      };
      return { fleet, breakAndMend, backWithinMs: 5_000 };
    },
  },
];
