import type { SessionTable } from './session-table.js';
import { WrittenUpdate } from './written-update.js';

/** A token of a session that was seen in use, by its generation. */
export interface SeenToken {
  readonly sessionId: string;
  readonly generation: number;
}

/** How many sessions one statement takes; a larger one is no cheaper for each. */
const SESSIONS = 50;

const PLACES = Array.from({ length: SESSIONS }, (_, place) => place);

/**
 * Notes for many sessions at once that their live tokens were seen in use. Always for as many as the
 * statement has places: the last of them stands in those that are left.
 */
export class ConfirmStatement {
  private readonly update: WrittenUpdate<string>;

  constructor(table: SessionTable) {
    const these = PLACES.map((place) => `(id = :id${place} AND generation = :generation${place})`);
    this.update = new WrittenUpdate(
      table,
      { confirmedAtMs: ':nowMs' },
      `confirmedAtMs IS NULL AND (${these.join(' OR ')})`,
      ['nowMs', ...PLACES.flatMap((place) => [`id${place}`, `generation${place}`])],
    );
  }

  /**
   * Those no longer live, or confirmed before, are passed over.
   *
   * @returns those of the batches in which some were
   */
  async run(seen: readonly SeenToken[], nowMs: number): Promise<SeenToken[]> {
    const passedOver: SeenToken[] = [];
    for (let first = 0; first < seen.length; first += SESSIONS) {
      const batch = seen.slice(first, first + SESSIONS);
      const values = PLACES.flatMap((place) => {
        const token = batch[place] ?? batch.at(-1);
        return [
          [`id${place}`, token?.sessionId],
          [`generation${place}`, token?.generation],
        ];
      });
      const confirmed = await this.update.run({ nowMs, ...Object.fromEntries(values) });
      if (confirmed < batch.length) passedOver.push(...batch);
    }
    return passedOver;
  }
}
