import { readFileSync } from 'node:fs';
import { type HttpAnswer, HttpConnection } from './http-connection.js';

/** One client of a closed loop: says what it sends next and looks at what came back. */
export interface LoopClient {
  next(): Buffer;
  /** @returns false when the answer is not the one that was to be measured */
  received(answer: HttpAnswer): boolean;
}

/** How long to drive, and whom. */
export interface LoopOptions {
  readonly port: number;
  /** The server's process, for its CPU time. */
  readonly pid: number;
  readonly warmMs: number;
  readonly measureMs: number;
}

/** What a closed loop has seen. */
export interface LoopResult {
  readonly requests: number;
  readonly failures: number;
  /** The first answer that was not as it should be. */
  readonly firstFailure: string | null;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU time of the server, all its threads, per request. */
  readonly cpuUsPerRequest: number;
}

const TICKS_PER_SECOND = 100;

/** A server is warm after so many answers, or, where it is slow, after so many more warm-ups. */
const WARM_REQUESTS = 5_000;
const MAX_WARM_UPS = 4;

/** CPU time that a process has used so far, milliseconds, as Linux counts it. */
export function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
}

/** Every client sends, waits for the answer and sends again, until the time is over. */
export async function closedLoop(
  clients: readonly LoopClient[],
  { port, pid, warmMs, measureMs }: LoopOptions,
): Promise<LoopResult> {
  const loop = new Loop(port);
  const running = clients.map((client) => loop.drive(client));
  await sleep(warmMs);
  for (let more = 0; more < MAX_WARM_UPS && loop.answered < WARM_REQUESTS; more += 1) {
    await sleep(warmMs);
  }
  const cpuMs = cpuMsOf(pid);
  const startMs = loop.startMeasuring();
  await sleep(measureMs);
  const tookMs = loop.stop() - startMs;
  const usedMs = cpuMsOf(pid) - cpuMs;
  await Promise.all(running);
  return loop.result(tookMs, usedMs);
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

class Loop {
  /** How many answers have come so far, those of the warm-up included. */
  answered = 0;
  private measuring = false;
  private stopped = false;
  private failures = 0;
  private firstFailure: string | null = null;
  private readonly latencies: number[] = [];

  constructor(private readonly port: number) {}

  startMeasuring(): number {
    this.measuring = true;
    return performance.now();
  }

  stop(): number {
    this.stopped = true;
    return performance.now();
  }

  async drive(client: LoopClient): Promise<void> {
    const connection = await HttpConnection.open(this.port);
    await new Promise<void>((resolve) => {
      const fail = (error: Error): void => {
        this.fail(error.message);
        resolve();
      };
      const turn = (): void => {
        if (this.stopped) return resolve();
        const sentMs = performance.now();
        const answered = (answer: HttpAnswer): void => {
          this.answered += 1;
          if (this.measuring && !this.stopped) this.latencies.push(performance.now() - sentMs);
          if (!client.received(answer)) this.fail(`${answer.status} ${answer.body.slice(0, 200)}`);
          turn();
        };
        connection.send(client.next(), answered, fail);
      };
      turn();
    });
    connection.close();
  }

  result(tookMs: number, usedMs: number): LoopResult {
    const sorted = Float64Array.from(this.latencies).sort();
    const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
    return {
      requests: sorted.length,
      failures: this.failures,
      firstFailure: this.firstFailure,
      perSecond: (sorted.length * 1000) / tookMs,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      cpuUsPerRequest: (usedMs * 1000) / sorted.length,
    };
  }

  private fail(what: string): void {
    this.failures += 1;
    this.firstFailure ??= what;
  }
}
