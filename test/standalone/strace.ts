import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerProcess } from './server-process.js';

const canTrace = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0;

/** Describes what a process asks of the kernel; skipped where `strace` is not there, or not permitted. */
export function describeWithStrace(what: string, suite: () => void): void {
  if (canTrace) describe(what, suite);
  else it.skip(`${what} (cannot be shown without strace)`, () => {});
}

/**
 * What the server asks of the kernel while a scene is played: `w` for what it writes to the log of the database,
 * `s` for the log's sync, `a` for an answer.
 */
export async function traced(server: ServerProcess, scene: () => Promise<void>): Promise<string> {
  const file = join(server.folder, 'trace');
  const calls = 'trace=pwrite64,fsync,fdatasync,write,writev,sendto,sendmsg';
  const options = ['-f', '-y', '-s', '64', '-e', calls, '-o', file, '-p', String(server.child.pid)];
  const strace = spawn('strace', options, { stdio: ['ignore', 'ignore', 'pipe'] });
  await once(strace.stderr, 'data');
  await scene();
  strace.kill('SIGINT');
  await once(strace, 'exit');
  const lines = (await readFile(file, 'utf8')).split('\n');
  return lines.map(letterOf).join('').replaceAll(/w+/g, 'w').replaceAll(/s+/g, 's');
}

function letterOf(line: string): string {
  if (/pwrite64\(\d+<[^>]*-wal>/.test(line)) return 'w';
  if (/f(data)?sync\(\d+<[^>]*-wal>/.test(line)) return 's';
  return line.includes('HTTP/1.1 2') ? 'a' : '';
}
