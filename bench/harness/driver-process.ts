import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { LoopResult } from '../driver/closed-loop.js';
import type { DriverJob } from '../driver/jobs.js';
import { onCore } from './server-process.js';

const DRIVER = join(import.meta.dirname, '../driver/main.js');

/** Drives a server from a process of its own. */
export async function drive(job: DriverJob, pinned = true): Promise<LoopResult> {
  const [command, ...args] = [...onCore(1, pinned), process.execPath, DRIVER];
  const child = spawn(command, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  try {
    return await resultOf(child, job);
  } finally {
    child.disconnect();
  }
}

interface Answer {
  readonly result?: LoopResult;
  readonly error?: string;
}

function resultOf(child: ChildProcess, job: DriverJob): Promise<LoopResult> {
  return new Promise((resolve, reject) => {
    child.once('message', ({ result, error }: Answer) => {
      if (result === undefined) reject(new Error(error));
      else resolve(result);
    });
    child.once('exit', () => reject(new Error('The driver ended')));
    child.send(job);
  });
}
