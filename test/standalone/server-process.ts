import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const MAIN = join(import.meta.dirname, '../../dist/main.js');

export type Variables = Readonly<Record<string, string>>;

/** A server as `npm start` runs it: the built program, in a folder of its own, on a free port. */
export interface ServerProcess {
  readonly url: string;
  readonly folder: string;
  readonly child: ChildProcess;
  /** What it has written so far, both streams. */
  output(): string;
  /** Ends it with a signal. @returns its exit code, or null when the signal killed it */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** A folder that is gone when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-server-'));
  folders.push(folder);
  return folder;
}

const folders: string[] = [];
const running = new Set<ChildProcess>();

/** Ends and removes what the tests of a file have left behind. */
export async function cleanUp(): Promise<void> {
  for (const child of running) child.kill('SIGKILL');
  await Promise.all(
    folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })),
  );
}

/** Starts a server and waits until it listens. @param run what Node runs: flags, and a program that says so as the built server does */
export async function startServer(
  variables: Variables = {},
  folder?: string,
  run: readonly string[] = [MAIN],
): Promise<ServerProcess> {
  const cwd = folder ?? (await temporaryFolder());
  const { child, output } = launch(variables, cwd, run);
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', () => {
      const listening = /Listening on (http:\/\/[\d.:[\]]+)/.exec(output())?.[1];
      if (listening !== undefined) resolve(listening);
    });
    child.once('exit', () => reject(new Error(`The server ended: ${output()}`)));
  });
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    return exitCodeOf(child);
  };
  return { url, folder: cwd, child, output, stop };
}

/** Starts a server that is expected to end by itself. */
export async function runToExit(variables: Variables, folder?: string) {
  const { child, output } = launch(variables, folder ?? (await temporaryFolder()));
  return { code: await exitCodeOf(child), lines: output().trimEnd().split('\n') };
}

function launch(variables: Variables, cwd: string, run: readonly string[] = [MAIN]) {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, run, { cwd, env: { PATH, PORT: '0', ...variables } });
  running.add(child);
  const written: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => written.push(chunk));
  }
  return { child, output: () => Buffer.concat(written).toString('utf8') };
}

async function exitCodeOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  running.delete(child);
  return child.exitCode;
}
