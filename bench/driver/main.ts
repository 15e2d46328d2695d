import { type LoopResult, closedLoop } from './closed-loop.js';
import type { DriverJob } from './jobs.js';
import { clientsFor } from './scenarios.js';

/** The process that drives: takes jobs from the harness, one after the other. */
process.on('message', (job: DriverJob) => {
  void run(job).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});

async function run(job: DriverJob): Promise<LoopResult> {
  return closedLoop(await clientsFor(job), job);
}
