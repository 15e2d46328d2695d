import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from '../../standalone/server-process.js';
import { Fleet } from '../fleet.js';
import { postgres } from '../one-server.js';
import type { Scenario } from '../play.js';

const PACK = join(import.meta.dirname, 'pack');
const TOGETHER_MS = 2_000;

export const VERSIONS: readonly Scenario[] = [
  {
    name: 'the last version and this one serve the same sessions side by side, on the way up and on the way back',
    setUp: async () => {
      const folder = await temporaryFolder();
      execFileSync(PACK, [folder], { stdio: 'pipe' });
      const [last, next] = ['last', 'this'].map((name) => join(folder, name, 'application.mjs'));
      const { url } = await postgres();
      const variables = Array.from({ length: 4 }, () => ({ DATABASE_URL: url }));
      const fleet = await Fleet.on(variables, last);
      const become = async (program = '', ...instances: number[]) => {
        await Promise.all(instances.map((instance) => fleet.replace(instance, program)));
        await sleep(TOGETHER_MS);
      };
      const breakAndMend = async () => {
        await become(next, 0, 1);
        await become(next, 2, 3);
        await become(last, 0, 1);
        await become(last, 2, 3);
        await become(next, 0, 1);
      };
      return { fleet, breakAndMend, backWithinMs: 5_000 };
    },
  },
];
