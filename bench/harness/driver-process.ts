import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { DriverJob, DriverMessage } from '../driver/jobs.js';
import type { Slice, SliceRecord } from '../driver/slices.js';
import { memoryOf, onCore } from './server-process.js';

const DRIVER = join(import.meta.dirname, '../driver/main.js');

interface Answer {
  readonly record?: SliceRecord | null;
  readonly error?: string;
}

/** A process that plays slices when it is told to and sleeps in between. */
export class DriverProcess {
  private constructor(private readonly child: ChildProcess) {}

  /** Starts a program that answers slices. */
  static start(program: string, args: readonly string[], pinned: boolean): DriverProcess {
    const [command, ...rest] = [...onCore(1, pinned), process.execPath, program, ...args];
    const child = spawn(command, rest, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    return new DriverProcess(child);
  }

  /** Starts a driver and has it prepare: connections, logins, tokens. */
  static async prepared(job: DriverJob, pinned: boolean): Promise<DriverProcess> {
    const driver = DriverProcess.start(DRIVER, [], pinned);
    try {
      await driver.ask({ job });
      return driver;
    } catch (error) {
      await driver.end();
      throw error;
    }
  }

  async play(slice: Slice): Promise<SliceRecord> {
    const record = await this.ask({ slice });
    if (record === null) throw new Error('The driver has measured nothing');
    return record;
  }

  /** Its own resident memory at its peak, MiB. */
  peakMb(): number {
    return memoryOf(this.child.pid ?? 0).peakMb;
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    if (this.child.connected) this.child.disconnect();
    await ended;
  }

  private ask(message: DriverMessage): Promise<SliceRecord | null> {
    return new Promise((resolve, reject) => {
      const gone = (): void => reject(new Error('The driver ended'));
      this.child.once('exit', gone);
      this.child.once('message', ({ record, error }: Answer) => {
        this.child.off('exit', gone);
        if (record === undefined) reject(new Error(error));
        else resolve(record);
      });
      this.child.send(message);
    });
  }
}
