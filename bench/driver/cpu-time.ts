import { readFileSync, readdirSync } from 'node:fs';

/**
 * CPU time that a process has used so far, all its threads, milliseconds. To the nanosecond for threads that
 * sleep: what runs this moment is up to a tick behind, so ask when the server has answered everything.
 */
export function cpuMsOf(pid: number): number {
  const tasks = readdirSync(`/proc/${pid}/task`);
  return tasks.reduce((total, task) => total + nanosecondsOf(pid, task), 0) / 1e6;
}

function nanosecondsOf(pid: number, task: string): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ', 1)[0]);
  } catch {
    return 0; // a thread that has just ended
  }
}
