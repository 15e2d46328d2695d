import { setImmediate as otherWork } from 'node:timers/promises';
import { median } from '../harness/samples.js';

/** Something that is called in this process. */
export interface Call {
  readonly name: string;
  /** Makes what the next calls need, which is not measured. */
  prepare?(calls: number): Promise<void>;
  /** @param n which of the calls since `prepare` this is */
  call(n: number): unknown;
  /** How many of what is counted one call does. @default 1 */
  readonly does?: number;
}

/** How often calls have turns, and how much they do in each. */
export interface TurnOptions {
  readonly rounds: number;
  readonly calls: number;
}

const WARM_ROUNDS = 5;

/**
 * Tells what each call costs, as JSON for `in-process.ts`, and ends the process: CPU time, all threads, microseconds;
 * by turns, in changing order, the median of the turns.
 */
export async function tell(calls: readonly Call[], options: TurnOptions): Promise<void> {
  const spent = calls.map(({ name }): [string, number[]] => [name, []]);
  const inOrder = calls.map((call, n) => ({ call, own: spent[n]?.[1] }));
  for (let round = -WARM_ROUNDS; round < options.rounds; round += 1) {
    for (const { call, own } of round % 2 === 0 ? inOrder : inOrder.toReversed()) {
      const cpuUs = await turnOf(call, Math.ceil(options.calls / (call.does ?? 1)));
      if (round >= 0) own?.push(cpuUs);
    }
  }
  console.log(JSON.stringify(spent.map(([name, each]) => [name, median(each)])));
  process.exit(0);
}

/** What is synchronous is not waited for, for that costs as well. */
async function turnOf(one: Call, calls: number): Promise<number> {
  await one.prepare?.(calls);
  await otherWork();
  const before = process.cpuUsage();
  for (let n = 0; n < calls; n += 1) {
    const result = one.call(n);
    if (result instanceof Promise) await result;
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls / (one.does ?? 1);
}
