import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { type EndedSession, SessionOrigins } from '../sessions/session-origins.store.js';
import { storableUserId } from '../sessions/storable-session.js';
import type { UserId } from '../storable-text.js';
import type { EventRow } from './auth-event.entity.js';
import { AuthEventStore } from './auth-event.store.js';

/** A page of a user's events, the latest first. */
export interface ActivityPage {
  readonly events: readonly EventRow[];
  /** For the page that follows; null on the last one. */
  readonly nextBeforeId: string | null;
}

/** How many sessions that have ended are shown. */
const MOST_ENDED = 50;

/** What has happened to one user. Refreshes are left out: when a session's owner refreshes is nobody's to watch. */
@Injectable()
export class Activity {
  constructor(
    private readonly events: AuthEventStore,
    private readonly sessions: SessionOrigins,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * The user's events, as written: within half a second of what happens.
   *
   * @param limit how many a page has at most
   * @param beforeId the `nextBeforeId` of the page before; null for the first
   * @throws TypeError for a user id that no row could hold
   * @throws UnavailableError
   */
  async page(user: UserId, limit: number, beforeId: string | null = null): Promise<ActivityPage> {
    const rows = await this.events.page(storableUserId(user), beforeId, limit + 1);
    const events = rows.slice(0, limit);
    const last = events.at(-1);
    return { events, nextBeforeId: rows.length > limit && last !== undefined ? last.id : null };
  }

  /**
   * The user's sessions that have ended, with the reason, the latest first, 50 at most: those that the sweeper has
   * not taken away yet.
   *
   * @throws TypeError for a user id that no row could hold
   * @throws UnavailableError
   */
  endedSessions(user: UserId): Promise<EndedSession[]> {
    return this.sessions.ended(storableUserId(user), this.clock.nowMs(), MOST_ENDED);
  }
}
