import { setTimeout as sleep } from 'node:timers/promises';
import type { Slice, SliceRecord } from '../driver/slices.js';
import type { RoundOptions } from './options.js';

/** One subject in one phase, ready to be driven. */
export interface Contestant {
  readonly workload: string;
  readonly subject: string;
  /**
   * How long its server may put work off to do it in batches; 0 when it does not. Driven for so long, then
   * measured for so long, a slice holds all the batches that it causes; then it is left alone for so long.
   */
  readonly deferredMs: number;
  play(slice: Slice): Promise<SliceRecord>;
  peakMb(): number;
}

/** A server is warm after so many answers, or, where it is slow, after so many warm-ups' time. */
const WARM_REQUESTS = 25_000;
const MAX_WARM_UPS = 5;

const tookMs = (records: readonly SliceRecord[]): number =>
  records.reduce((sum, record) => sum + record.tookMs, 0);

const requests = (records: readonly SliceRecord[]): number =>
  records.reduce((sum, { latenciesMs }) => sum + latenciesMs.length, 0);

/** Each time another one begins, and every other time backwards: nobody always comes after the same one. */
function inOrder<T>(all: readonly T[], round: number): T[] {
  const first = round % Math.max(1, all.length);
  const order = [...all.slice(first), ...all.slice(0, first)];
  return round % 2 === 0 ? order : order.reverse();
}

/**
 * Lets all contestants have short turns, one at a time, round after round: whatever the machine does
 * meanwhile, it does to all of them.
 *
 * @returns what each has shown, warm-ups left out
 */
export async function playRounds(
  contestants: readonly Contestant[],
  options: RoundOptions,
  repetition: number,
): Promise<Map<Contestant, SliceRecord[]>> {
  await warmUp(contestants, options);
  const shown = new Map(contestants.map((one): [Contestant, SliceRecord[]] => [one, []]));
  for (let round = 0; round < options.rounds; round += 1) {
    for (const contestant of inOrder(contestants, repetition + round)) {
      const records = shown.get(contestant) ?? [];
      // Who took longer than a slice before, since its answers do, sits out until the others have caught up.
      if (tookMs(records) >= (round + 1) * options.sliceMs) continue;
      records.push(await playSlice(contestant, options));
    }
  }
  return shown;
}

async function playSlice(
  contestant: Contestant,
  { sliceMs, leadMs }: RoundOptions,
): Promise<SliceRecord> {
  const { deferredMs } = contestant;
  if (deferredMs === 0) return contestant.play({ leadMs, measureMs: sliceMs });
  const record = await contestant.play({ leadMs: deferredMs, measureMs: deferredMs });
  await sleep(deferredMs);
  return record;
}

/** In turns as well, until everybody has answered enough or had its time. */
async function warmUp(contestants: readonly Contestant[], { warmMs }: RoundOptions): Promise<void> {
  const shown = new Map(contestants.map((one): [Contestant, SliceRecord[]] => [one, []]));
  const isWarm = (records: readonly SliceRecord[]): boolean =>
    requests(records) >= WARM_REQUESTS || tookMs(records) >= MAX_WARM_UPS * warmMs;
  for (let cold = [...shown]; cold.length > 0; cold = cold.filter(([, all]) => !isWarm(all))) {
    for (const [contestant, records] of cold) {
      records.push(await contestant.play({ leadMs: 0, measureMs: warmMs }));
    }
  }
  await sleep(Math.max(0, ...contestants.map(({ deferredMs }) => deferredMs)));
}
