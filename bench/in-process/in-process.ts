import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { freshDatabase } from '../harness/databases.js';
import type { Sample } from '../harness/samples.js';
import { onCore } from '../harness/server.js';
import { IN_PROCESS } from '../table/goals.js';

/** The service called directly, in a new process on a fresh database, beside what it cannot do without. */
export async function inProcess(repetition: number): Promise<Sample[]> {
  const database = await freshDatabase('sqlite');
  const program = join(import.meta.dirname, 'refresh.js');
  const [command, ...args] = [...onCore(0, true), process.execPath, program];
  const env = { ...process.env, NODE_ENV: 'production', DATABASE_URL: database.url };
  try {
    const costs: [string, number][] = JSON.parse(execFileSync(command, args, { env }).toString());
    return costs.map(([subject, cpuUs]) => ({
      workload: IN_PROCESS.workload,
      subject,
      connections: 0,
      round: String(repetition),
      figures: { perSecond: 1e6 / cpuUs, cpuUs },
    }));
  } finally {
    await database.drop();
  }
}
