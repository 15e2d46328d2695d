import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type HttpAnswer, HttpConnection } from './http-connection.js';

/** One client of a closed loop: says what it sends next and looks at what came back. */
export interface Client {
  readonly port: number;
  next(): Buffer;
  /** @returns false when the answer is not the one that was to be measured */
  received(answer: HttpAnswer): boolean;
}

/** How long clients are driven. */
export interface Turn {
  /** First and not measured: connections are accepted, caches of the processor filled. */
  readonly leadMs: number;
  readonly measureMs: number;
}

/** What was seen in the measured part of a turn. */
export interface TurnRecord {
  /** From the first request to the last answer: those under way at the end are waited for, and count. */
  readonly tookMs: number;
  /** CPU time of the servers, all their threads; `NaN` where it is not known. */
  readonly cpuMs: number;
  readonly latenciesMs: readonly number[];
}

/**
 * Has clients each send, wait for the answer and send again, at least once. The servers have answered everything before, between
 * lead and measurement, and afterwards.
 *
 * @param pids the servers' processes, for their CPU time
 * @throws Error at an answer that is not the one that was to be measured
 */
export async function drive(
  clients: readonly Client[],
  pids: readonly number[],
  { leadMs, measureMs }: Turn,
): Promise<TurnRecord> {
  const connections = await Promise.all(clients.map(({ port }) => HttpConnection.open(port)));
  const run = async (ms: number): Promise<number[]> => {
    const latenciesMs: number[] = [];
    const endMs = performance.now() + ms;
    const lanes = connections.map((connection, n) =>
      goOn(clients[n], connection, endMs, latenciesMs),
    );
    await Promise.all(lanes.length === 0 ? [sleep(ms)] : lanes);
    return latenciesMs;
  };
  try {
    if (leadMs > 0) await run(leadMs);
    const [cpuMs, startedMs] = [cpuMsOf(pids), performance.now()];
    const latenciesMs = await run(measureMs);
    return { tookMs: performance.now() - startedMs, cpuMs: cpuMsOf(pids) - cpuMs, latenciesMs };
  } finally {
    for (const connection of connections) connection.close();
  }
}

/** Goes on until the time is over. */
function goOn(
  client: Client | undefined,
  connection: HttpConnection,
  endMs: number,
  latenciesMs: number[],
): Promise<void> {
  return new Promise((resolve, reject) => {
    const send = (sentMs: number): void =>
      connection.send(client?.next() ?? Buffer.of(), (answer) => {
        const nowMs = performance.now();
        latenciesMs.push(nowMs - sentMs);
        if (client?.received(answer) !== true)
          reject(new Error(`Unexpected answer: ${answer.status} ${answer.body.slice(0, 200)}`));
        else if (nowMs < endMs) send(nowMs);
        else resolve();
      });
    send(performance.now());
  });
}

/**
 * CPU time that processes have used so far, all their threads, milliseconds. To the nanosecond for threads that
 * sleep: what runs this moment is up to a tick behind, so ask when the server has answered everything.
 */
function cpuMsOf(pids: readonly number[]): number {
  const tasks = pids.flatMap((pid) =>
    readdirSync(`/proc/${pid}/task`).map((task) => `/proc/${pid}/task/${task}/schedstat`),
  );
  return tasks.reduce((total, file) => total + nanosecondsIn(file), 0) / 1e6;
}

function nanosecondsIn(schedstat: string): number {
  try {
    return Number(readFileSync(schedstat, 'utf8').split(' ', 1)[0]);
  } catch {
    return 0; // a thread that has just ended
  }
}
