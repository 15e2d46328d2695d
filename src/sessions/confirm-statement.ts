import type { SessionTable } from './session-table.js';
import { WrittenUpdate } from './written-update.js';

/** The live token of a session, in one of its generations. */
export interface LiveToken {
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

  /** Those no longer live, or confirmed before, are passed over. */
  async run(seen: readonly LiveToken[], nowMs: number): Promise<void> {
    for (let first = 0; first < seen.length; first += SESSIONS) {
      const batch = seen.slice(first, first + SESSIONS);
      const values = PLACES.flatMap((place) => {
        const token = batch[place] ?? batch.at(-1);
        return [
          [`id${place}`, token?.sessionId],
          [`generation${place}`, token?.generation],
        ];
      });
      await this.update.run({ nowMs, ...Object.fromEntries(values) });
    }
  }
}
