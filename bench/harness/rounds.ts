import type { TurnRecord } from '../driver/drive.js';
import type { Play } from './players.js';

/** How a repetition is played. */
export interface RoundOptions {
  /** How often everybody has a turn. */
  readonly rounds: number;
  /** How long a turn is measured. */
  readonly turnMs: number;
  /** How long it is driven before that. */
  readonly leadMs: number;
  /** How long everybody is driven before the first round. */
  readonly warmMs: number;
}

/** One subject at one workload, ready to be driven. */
export interface Contestant {
  readonly workload: string;
  readonly subject: string;
  readonly play: Play;
}

/**
 * Lets all contestants have short turns, one at a time, round after round: whatever the machine does
 * meanwhile, it does to all of them.
 *
 * @returns what each has shown, warm-ups left out
 * @throws Error naming the contestant that was not answered as it should be
 */
export async function playRounds(
  contestants: readonly Contestant[],
  { rounds, turnMs, leadMs, warmMs }: RoundOptions,
  repetition: number,
): Promise<Map<Contestant, TurnRecord[]>> {
  const shown = new Map(contestants.map((one): [Contestant, TurnRecord[]] => [one, []]));
  for (const one of contestants) await played(one, { leadMs: 0, measureMs: warmMs });
  for (let round = 0; round < rounds; round += 1) {
    for (const one of inOrder(contestants, repetition + round)) {
      shown.get(one)?.push(await played(one, { leadMs, measureMs: turnMs }));
    }
  }
  return shown;
}

const played = ({ workload, subject, play }: Contestant, turn: Parameters<Play>[0]) =>
  play(turn).catch((cause: unknown) => {
    throw new Error(`${workload}, ${subject}: ${String(cause)}`, { cause });
  });

/** Each time another one begins, and every other time backwards: nobody always comes after the same one. */
function inOrder<T>(all: readonly T[], round: number): T[] {
  const first = round % Math.max(1, all.length);
  const order = [...all.slice(first), ...all.slice(0, first)];
  return round % 2 === 0 ? order : order.toReversed();
}
