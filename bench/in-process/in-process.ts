import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { freshDatabase } from '../harness/databases.js';
import type { Sample } from '../harness/samples.js';
import { onCore } from '../harness/server.js';

/** Calls without HTTP, in a new process on a fresh database. @param program the file beside this one that has them */
export async function inProcess(
  workload: string,
  program: string,
  repetition: number,
): Promise<Sample[]> {
  const database = await freshDatabase('sqlite');
  const file = join(import.meta.dirname, `${program}.js`);
  const [command, ...args] = [...onCore(0, true), process.execPath, file];
  const env = { ...process.env, NODE_ENV: 'production', DATABASE_URL: database.url };
  try {
    const costs: [string, number][] = JSON.parse(execFileSync(command, args, { env }).toString());
    return costs.map(([subject, cpuUs]) => {
      const figures = { perSecond: 1e6 / cpuUs, cpuUs };
      return { workload, subject, connections: 0, round: String(repetition), figures };
    });
  } finally {
    await database.drop();
  }
}
