import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a database server may take until it answers. */
const START_MS = 30_000;
const BETWEEN_TRIES_MS = 50;

/** Whom a server runs as: database servers refuse to be root. */
interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

const folders = new Set<string>();
const running = new Set<ChildProcess>();

/** Kills and removes what the tests of a file have left behind. */
export async function stopOwnServers(): Promise<void> {
  await Promise.all(Array.from(running, (child) => end(child, 'SIGKILL')));
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
  folders.clear();
}

/** {@link describeWith} for a suite that starts servers of its own. */
export function describeWithOwn(server: string, program: string | null, suite: () => void): void {
  describeWith(`with ${server} of its own`, program, suite);
}

/**
 * Describes a suite that runs a program of this machine. Where it is not installed it is a skip that says so, and
 * under `CI=true` a failure.
 *
 * @param program the path that {@link installed} found
 */
export function describeWith(name: string, program: string | null, suite: () => void): void {
  if (program !== null || process.env['CI'] === 'true') describe(name, suite);
  else it.skip(`${name}: it is not installed`, () => {});
}

/** The path of a program of this machine. @param elsewhere folders other than those of the PATH; they go first */
export function installed(name: string, elsewhere: readonly string[] = []): string | null {
  const path = [...elsewhere, ...(process.env['PATH'] ?? '').split(delimiter)];
  return path.map((folder) => join(folder, name)).find((file) => existsSync(file)) ?? null;
}

/** A server that a test starts for itself, from a program that is installed on this machine. */
export class OwnProcess {
  private child: ChildProcess | null = null;

  private constructor(
    /** Where its files are. It is removed when the tests of the file are over. */
    readonly folder: string,
    private readonly account: Account,
  ) {}

  /** @param user the account of this machine that the server runs as where the tests run as root */
  static async as(user: string): Promise<OwnProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'baton-own-'));
    folders.add(folder);
    const account = accountOf(user);
    if (account.uid !== undefined) await chown(folder, account.uid, account.gid ?? account.uid);
    return new OwnProcess(folder, account);
  }

  /** Runs a program to its end. @throws with what it said when it failed */
  run(program: string, args: readonly string[]): void {
    execFileSync(program, args, { ...this.account, cwd: this.folder, stdio: 'pipe' });
  }

  /** Starts the server. @param answers rejects for as long as the server is not ready */
  async start(
    program: string,
    args: readonly string[],
    answers: () => Promise<unknown>,
  ): Promise<void> {
    const child = spawn(program, args, { ...this.account, cwd: this.folder, stdio: 'pipe' });
    this.child = child;
    running.add(child);
    const written: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => written.push(chunk));
    child.stdout.resume();
    for (const deadlineMs = Date.now() + START_MS; ; await sleep(BETWEEN_TRIES_MS)) {
      if (hasEnded(child))
        throw new Error(`${program} ended: ${Buffer.concat(written).toString()}`);
      try {
        await answers();
        return;
      } catch (error) {
        if (Date.now() < deadlineMs) continue;
        throw new Error(`It does not answer: ${Buffer.concat(written).toString()}`, {
          cause: error,
        });
      }
    }
  }

  /** Stands still from now on, with every process that it has started; its connections stay open. */
  freeze(): void {
    if (this.child !== null) signalFamily(this.child, 'SIGSTOP');
  }

  thaw(): void {
    if (this.child !== null) signalFamily(this.child, 'SIGCONT');
  }

  /** Ends the server and waits until it is gone. */
  async stop(signal: NodeJS.Signals): Promise<void> {
    if (this.child !== null) await end(this.child, signal);
    this.child = null;
  }
}

/** A port of this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('There is no free port');
  return address.port;
}

const hasEnded = (child: ChildProcess): boolean =>
  child.exitCode !== null || child.signalCode !== null;

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  running.delete(child);
  if (hasEnded(child)) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  signalFamily(child, 'SIGCONT');
  await exited;
}

/** PostgreSQL has a process for each connection, none of which is in its group. */
function signalFamily({ pid }: ChildProcess, signal: 'SIGSTOP' | 'SIGCONT'): void {
  if (pid === undefined) return;
  process.kill(pid, signal);
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
  for (const child of children.filter(Boolean)) process.kill(Number(child), signal);
}

function accountOf(user: string): Account {
  if (process.getuid?.() !== 0) return {};
  const idOf = (which: '-u' | '-g'): number => Number(execFileSync('id', [which, user]).toString());
  return { uid: idOf('-u'), gid: idOf('-g') };
}
