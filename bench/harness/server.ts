import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { SECRETS } from '../driver/minted-tokens.js';
import type { Subject } from '../table/subjects.js';

/** A subject under way, alone in its process. */
export interface Server {
  readonly pid: number;
  readonly port: number;
  /** From spawn to the line that says it listens. */
  readonly startMs: number;
  /** Resident memory now, MiB. */
  memoryMb(): number;
  stop(): Promise<void>;
}

export interface Place {
  readonly databaseUrl: string;
  /** Whether it has a core, and the harness another. */
  readonly isPinned: boolean;
  /** Where it leaves a CPU profile; null for nowhere. */
  readonly profile: string | null;
}

const isDivisible = process.platform === 'linux' && availableParallelism() > 1;

/** Prefixes a command by what keeps it on a core, where there are two and Linux can tell them apart. */
export const onCore = (core: number, isPinned: boolean): string[] =>
  isPinned && isDivisible ? ['taskset', '-c', String(core)] : [];

/** Keeps the harness, which drives, on the core that no server has, or lets it and what it starts run anywhere. */
export function keepApart(isPinned: boolean): void {
  if (!isDivisible) return;
  const cores = isPinned ? '1' : `0-${availableParallelism() - 1}`;
  spawnSync('taskset', ['-a', '-c', '-p', cores, String(process.pid)]);
}

/** Starts a subject and waits until it listens. */
export async function startServer(
  { name, program, env }: Subject,
  { databaseUrl, isPinned, profile }: Place,
): Promise<Server> {
  const profiling = profile === null ? [] : ['--cpu-prof', '--cpu-prof-dir', profile];
  const node = [process.execPath, ...profiling, program];
  const [command = '', ...args] = onCore(0, isPinned).concat(node);
  const startedMs = performance.now();
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      NODE_ENV: 'production',
      PORT: '0',
      DATABASE_URL: databaseUrl,
      ...SECRETS,
      ...env,
    },
  });
  const port = await listening(child, name);
  const pid = child.pid ?? 0;
  return {
    pid,
    port,
    startMs: performance.now() - startedMs,
    memoryMb: () => Number(/VmRSS:\s+(\d+)/.exec(statusOf(pid))?.[1]) / 1024,
    stop: async () => {
      child.kill('SIGTERM');
      const cut = setTimeout(() => child.kill('SIGKILL'), 15_000);
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      clearTimeout(cut);
    },
  };
}

function listening(child: ChildProcess, name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer): void => {
      if (output.length < 100_000) output += chunk.toString('utf8');
      const port = /Listening on http:\/\/[^\s"]*:(\d+)/.exec(output)?.[1];
      if (port !== undefined) resolve(Number(port));
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', () => reject(new Error(`${name} ended: ${output}`)));
  });
}

const statusOf = (pid: number): string => readFileSync(`/proc/${pid}/status`, 'utf8');
