import { Equal, In, LessThan, LessThanOrEqual, Not } from 'typeorm';
import type { SessionTable } from '../sessions/session-table.js';
import { AuthEventRecord, type EventRow } from './auth-event.entity.js';

/** How many rows one statement of the purge names: well below every driver's limit of parameters. */
const BATCH_ROWS = 200;

/**
 * Every statement about `auth_events`. There is none that changes a row.
 *
 * @throws UnavailableError from every method when the database does not do as it is told
 */
export class AuthEventStore {
  constructor(
    private readonly table: SessionTable,
    /** How the data source knows the table. */
    private readonly entity: typeof AuthEventRecord = AuthEventRecord,
  ) {}

  /** Adds events. Those that are there already, because an answer was lost, are left as they are. */
  async append(records: readonly EventRow[]): Promise<void> {
    await this.table.run(({ manager }) =>
      manager
        .createQueryBuilder()
        .insert()
        .into(this.entity)
        .values([...records])
        .orIgnore()
        .updateEntity(false)
        .execute(),
    );
  }

  /** Whether an earlier login of the user's was from this device: by the ids of sessions, which grow with time. */
  async hasOpenedFrom(device: string, userId: string, sessionId: string): Promise<boolean> {
    const earlier = await this.table.run(({ manager }) =>
      manager.find(this.entity, {
        select: { id: true },
        where: {
          userId: this.table.isExactly(userId),
          type: 'session.opened',
          device,
          sessionId: LessThan(sessionId),
        },
        take: 1,
        cache: false,
      }),
    );
    return earlier.length > 0;
  }

  /** The user's events but for refreshes, the latest first. @param beforeId of which all are earlier */
  page(userId: string, beforeId: string | null, most: number): Promise<EventRow[]> {
    return this.table.run(({ manager }) =>
      manager.find(this.entity, {
        where: {
          userId: this.table.isExactly(userId),
          type: Not(Equal('session.refreshed')),
          ...(beforeId === null ? {} : { id: LessThan(beforeId) }),
        },
        order: { id: 'DESC' },
        take: most,
        cache: false,
      }),
    );
  }

  /** Deletes a batch of events that are not younger than this. @returns how many were found, and deleted here */
  async purge(untilMs: number): Promise<{ readonly found: number; readonly deleted: number }> {
    const due = await this.table.run(({ manager }) =>
      manager.find(this.entity, {
        select: { id: true },
        where: { occurredAtMs: LessThanOrEqual(untilMs) },
        order: { occurredAtMs: 'ASC' },
        take: BATCH_ROWS,
        cache: false,
      }),
    );
    if (due.length === 0) return { found: 0, deleted: 0 };
    const these = { id: In(due.map(({ id }) => id)) };
    const { affected } = await this.table.run(({ manager }) => manager.delete(this.entity, these));
    return { found: due.length, deleted: affected ?? 0 };
  }
}
