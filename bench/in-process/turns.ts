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

/** CPU time of each call, all threads, microseconds: by turns, in changing order, the median of the turns. */
export async function cpuUsOf(
  calls: readonly Call[],
  options: TurnOptions,
): Promise<Map<string, number[]>> {
  const spent = new Map(calls.map(({ name }): [string, number[]] => [name, []]));
  for (let round = -WARM_ROUNDS; round < options.rounds; round += 1) {
    for (const call of round % 2 === 0 ? calls : calls.toReversed()) {
      const cpuUs = await turnOf(call, Math.ceil(options.calls / (call.does ?? 1)));
      if (round >= 0) spent.get(call.name)?.push(cpuUs);
    }
  }
  return spent;
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

/** The median of what two took in the same rounds, as a ratio. */
export const ratioOf = (mine: readonly number[], other: readonly number[]): number =>
  median(mine.map((cpuUs, round) => cpuUs / (other[round] ?? Number.NaN)));
