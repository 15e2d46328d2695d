import { readFileSync, readdirSync } from 'node:fs';
import { type HttpAnswer, HttpConnection } from './http-connection.js';
import type { Slice, SliceRecord } from './slices.js';

/** One client of a closed loop: says what it sends next and looks at what came back. */
export interface LoopClient {
  next(): Buffer;
  /** @returns false when the answer is not the one that was to be measured */
  received(answer: HttpAnswer): boolean;
}

/** Whom to drive. */
export interface LoopTarget {
  readonly port: number;
  /** The server's process, for its CPU time. */
  readonly pid: number;
}

/** A client and its connection. */
interface Lane {
  readonly client: LoopClient;
  connection: HttpConnection;
}

/** Node's servers close a connection that has been idle for five seconds. */
const MAX_IDLE_MS = 3_000;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Clients that each send, wait for the answer and send again, for a slice at a time. */
export class ClosedLoop {
  private endedMs = performance.now();

  private constructor(
    private readonly lanes: readonly Lane[],
    private readonly target: LoopTarget,
  ) {}

  static async open(clients: readonly LoopClient[], target: LoopTarget): Promise<ClosedLoop> {
    const lanes = clients.map(async (client) => ({
      client,
      connection: await HttpConnection.open(target.port),
    }));
    return new ClosedLoop(await Promise.all(lanes), target);
  }

  /** Leads in and measures. The server has answered everything before, in between and afterwards. */
  async play({ leadMs, measureMs }: Slice): Promise<SliceRecord> {
    await this.reconnect();
    if (leadMs > 0) await this.run(leadMs, new Tally());
    const tally = new Tally();
    const cpuMs = cpuMsOf(this.target.pid);
    await this.run(measureMs, tally);
    return tally.record(cpuMsOf(this.target.pid) - cpuMs);
  }

  private async reconnect(): Promise<void> {
    const isStale = performance.now() - this.endedMs > MAX_IDLE_MS;
    for (const lane of this.lanes) {
      if (!isStale && !lane.connection.isClosed) continue;
      lane.connection.close();
      lane.connection = await HttpConnection.open(this.target.port);
    }
  }

  private async run(ms: number, tally: Tally): Promise<void> {
    const running = this.lanes.map((lane) => drive(lane, tally));
    await sleep(ms);
    tally.isOver = true;
    await Promise.all(running);
    this.endedMs = performance.now();
  }
}

/** Goes on until the time is over or the connection is lost. */
function drive({ client, connection }: Lane, tally: Tally): Promise<void> {
  return new Promise((resolve) => {
    const failed = (error: Error): void => {
      tally.fail(error.message);
      resolve();
    };
    const turn = (): void => {
      if (tally.isOver) return resolve();
      const sentMs = performance.now();
      const answered = (answer: HttpAnswer): void => {
        tally.answered(sentMs);
        if (!client.received(answer)) tally.fail(`${answer.status} ${answer.body.slice(0, 200)}`);
        turn();
      };
      connection.send(client.next(), answered, failed);
    };
    turn();
  });
}

/** What the clients of a loop have seen so far. */
class Tally {
  /** Nobody sends any more. */
  isOver = false;
  private readonly startedMs = performance.now();
  private lastMs = this.startedMs;
  private failures = 0;
  private firstFailure: string | null = null;
  private readonly latenciesMs: number[] = [];

  answered(sentMs: number): void {
    this.lastMs = performance.now();
    this.latenciesMs.push(this.lastMs - sentMs);
  }

  fail(what: string): void {
    this.failures += 1;
    this.firstFailure ??= what;
  }

  record(cpuMs: number): SliceRecord {
    const { failures, firstFailure } = this;
    const latenciesMs = Float64Array.from(this.latenciesMs);
    return { tookMs: this.lastMs - this.startedMs, cpuMs, latenciesMs, failures, firstFailure };
  }
}

/**
 * CPU time that a process has used so far, all its threads, milliseconds. To the nanosecond for threads that
 * sleep: what runs this moment is up to a tick behind, so ask when the server has answered everything.
 */
function cpuMsOf(pid: number): number {
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
