import { In, LessThanOrEqual } from 'typeorm';
import type { SessionTable } from './session-table.js';

/** How many rows one batch deletes. */
const BATCH_ROWS = 200;

/** What a batch of the purge has found, and how many of these it deleted itself. */
export interface Purged {
  readonly found: number;
  readonly deleted: number;
}

/** The sessions that nothing can be asked about any more. */
export class ExpiredSessions {
  constructor(private readonly table: SessionTable) {}

  /**
   * Deletes a batch of them: by one column, for a condition on two would have the database read the table.
   *
   * @param column the absolute end, or the revocation
   * @param untilMs sessions whose time in that column is not after it
   */
  async purge(column: 'absoluteExpiresAtMs' | 'revokedAtMs', untilMs: number): Promise<Purged> {
    const { entity } = this.table;
    const due = await this.table.run(({ manager }) =>
      manager.find(entity, {
        select: { id: true },
        where: { [column]: LessThanOrEqual(untilMs) },
        // In the order of the index: many that are due would have PostgreSQL read the table from its start.
        order: { [column]: 'ASC' },
        take: BATCH_ROWS,
        // A host may have switched it on for everything.
        cache: false,
      }),
    );
    if (due.length === 0) return { found: 0, deleted: 0 };
    const these = { id: In(due.map(({ id }) => id)) };
    const { affected } = await this.table.run(({ manager }) => manager.delete(entity, these));
    return { found: due.length, deleted: affected ?? 0 };
  }
}
