import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Subject } from './subjects.js';

/** A subject under way, alone in its process. */
export interface ServerProcess {
  readonly pid: number;
  readonly port: number;
  /** From spawn to the line that says it listens. */
  readonly startMs: number;
  /** Turns its clock on, where it was started with one that turns. */
  turnClock(seconds: number): Promise<void>;
  /** Resident memory now and at its peak, MiB. */
  memory(): { readonly nowMb: number; readonly peakMb: number };
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly databaseUrl: string;
  /** Its own core, and the driver on another: steadier, but not for what uses several threads. */
  readonly pinned?: boolean;
  readonly turnable?: boolean;
  readonly profile?: string | null;
}

/** A core for the server and one for the driver, where there are two and Linux can tell them apart. */
export function onCore(core: number, pinned: boolean): [string, ...string[]] | [] {
  return pinned && process.platform === 'linux' && availableParallelism() > 1
    ? ['taskset', '-c', String(core)]
    : [];
}

export const SECRETS = {
  AUTH_ACCESS_SECRET: 'access secret of the benchmark, 32 bytes',
  AUTH_REFRESH_SECRET: 'refresh secret of the benchmark, 32 bytes',
};

const CLOCK = join(import.meta.dirname, '../../harness/turn-clock.mjs');

/** Starts a subject in a folder of its own and waits until it listens. */
export async function startServer(subject: Subject, options: StartOptions): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-bench-'));
  const clockFile = join(folder, 'clock');
  const node = [
    ...(options.turnable ? ['--import', CLOCK] : []),
    ...(options.profile ? ['--cpu-prof', '--cpu-prof-dir', options.profile] : []),
  ];
  const [command, ...args] = [
    ...onCore(0, options.pinned ?? true),
    process.execPath,
    ...node,
    subject.program,
  ];
  const startedMs = performance.now();
  const child = spawn(command, args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      NODE_ENV: 'production',
      PORT: '0',
      ...SECRETS,
      DATABASE_URL: options.databaseUrl,
      BENCH_CLOCK: clockFile,
      ...subject.env,
    },
  });
  const port = await listening(child, subject.name);
  const pid = child.pid ?? 0;
  return {
    pid,
    port,
    startMs: performance.now() - startedMs,
    memory: () => memoryOf(pid),
    turnClock: async (seconds) => {
      const { writeFile } = await import('node:fs/promises');
      await writeFile(clockFile, String(seconds));
      child.kill('SIGUSR2');
      await new Promise((resolve) => setTimeout(resolve, 50));
    },
    stop: async () => {
      child.kill('SIGTERM');
      const cut = setTimeout(() => child.kill('SIGKILL'), 15_000);
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      clearTimeout(cut);
      await rm(folder, { recursive: true, force: true });
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

export function memoryOf(pid: number): { nowMb: number; peakMb: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mb = (field: string): number =>
    Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  return { nowMb: mb('VmRSS'), peakMb: mb('VmHWM') };
}
