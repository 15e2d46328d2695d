import type { Turn, TurnRecord } from '../driver/drive.js';
import type { Play } from './players.js';

/** How turns are played. */
export interface RoundOptions {
  /** How often everybody has a turn. */
  readonly rounds: number;
  /** How long a turn is measured. */
  readonly turnMs: number;
  /** How long it is driven before that. */
  readonly leadMs: number;
  /** How many turns everybody has before the first round, unless he was warm before. */
  readonly warmTurns: number;
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
  { rounds, turnMs, leadMs, warmTurns }: RoundOptions,
  repetition: number,
): Promise<Map<Contestant, TurnRecord[]>> {
  const turn = { leadMs, measureMs: turnMs };
  for (const one of contestants) await warmUp(one, turn, warmTurns);
  const shown = new Map(contestants.map((one): [Contestant, TurnRecord[]] => [one, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const one of inOrder(contestants, repetition + round))
      shown.get(one)?.push(await played(one, turn));
  }
  return shown;
}

/** A server is warm after so many answers. */
const WARM_ANSWERS = 25_000;

async function warmUp(one: Contestant, turn: Turn, turns: number): Promise<void> {
  let answers = 0;
  for (let had = 0; had < turns && answers < WARM_ANSWERS; had += 1)
    answers += (await played(one, turn)).latenciesMs.length;
}

const played = ({ workload, subject, play }: Contestant, turn: Turn) =>
  play(turn).catch((cause: unknown) => {
    throw new Error(`${workload}, ${subject}: ${String(cause)}`, { cause });
  });

/** Each time another one begins, and every other time backwards: nobody always comes after the same one. */
function inOrder<T>(all: readonly T[], round: number): T[] {
  const first = round % Math.max(1, all.length);
  const order = [...all.slice(first), ...all.slice(0, first)];
  return round % 2 === 0 ? order : order.toReversed();
}
