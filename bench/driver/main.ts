import { answering } from './answering.js';
import { ClosedLoop } from './closed-loop.js';
import type { DriverMessage } from './jobs.js';
import { clientsFor } from './scenarios.js';
import type { SliceRecord } from './slices.js';

/** The process that drives: is told what to do once, and then when. */
let loop: ClosedLoop | null = null;

async function obey(message: DriverMessage): Promise<SliceRecord | null> {
  if ('job' in message) {
    loop = await ClosedLoop.open(await clientsFor(message.job), message.job);
    return null;
  }
  if (loop === null) throw new Error('The driver has nothing to drive yet');
  return loop.play(message.slice);
}

answering(obey);
