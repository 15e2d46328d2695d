import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { InvalidRequestError } from '../errors.js';
import { SETTINGS, type Settings } from '../options.js';
import type { UserId } from '../storable-text.js';
import { type LiveSession, type Onlooker, liveSessions } from './live-session.js';
import type { SessionRow } from './refresh-token.entity.js';
import { RefreshTokenStore } from './refresh-token.store.js';
import { livingTimes, sessionEndMs } from './session-end.js';
import { type SessionPlace, cursorOf, placeOf } from './session-place.js';
import { storableUserId } from './storable-session.js';

/** How many sessions a page has at most. */
const MOST_IN_A_PAGE = 100;

/** Which page of a user's sessions. */
export interface SessionPageOptions {
  /** How many sessions at most, 1 to 100. @default 100 */
  readonly limit?: number | undefined;
  /** The `nextCursor` of the page before; null for the first page. @default null */
  readonly cursor?: string | null | undefined;
}

/** Some of a user's live sessions, the most recently used first. */
export interface SessionPage {
  readonly sessions: readonly LiveSession[];
  /** What asks for the next page; null where this is the last one. */
  readonly nextCursor: string | null;
}

/** What is read of a user's sessions. */
interface Asked {
  readonly userId: string;
  /** The first of them; null for the one used last. */
  readonly from: SessionPlace | null;
  /** How many at most; null for all. */
  readonly limit: number | null;
}

/** Lists a user's live sessions. */
@Injectable()
export class SessionLists {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly store: RefreshTokenStore,
  ) {}

  /** All of them, the most recently used first. @param onlooker the session that asks, if one does */
  async all(user: UserId, onlooker: Onlooker | null): Promise<LiveSession[]> {
    const asked = { userId: storableUserId(user), from: null, limit: null };
    return (await this.read(asked, onlooker)).sessions;
  }

  /**
   * The same page by page. The session that asks is on the first one.
   *
   * @throws InvalidRequestError for a limit out of its range, or a cursor that no page had
   */
  async page(
    user: UserId,
    onlooker: Onlooker | null,
    { limit = MOST_IN_A_PAGE, cursor = null }: SessionPageOptions,
  ): Promise<SessionPage> {
    if (!Number.isInteger(limit) || limit < 1 || limit > MOST_IN_A_PAGE) {
      throw new InvalidRequestError(`limit takes a whole number, 1 to ${MOST_IN_A_PAGE}`);
    }
    const from = cursor === null ? null : placeOf(cursor);
    return this.read({ userId: storableUserId(user), from, limit }, onlooker);
  }

  /** The onlooker's own is found beside the others: its place among them would tell of its last refresh. */
  private async read({ userId, from, limit }: Asked, onlooker: Onlooker | null) {
    const nowMs = this.clock.nowMs();
    const living = livingTimes(this.settings, nowMs);
    const exceptId = onlooker?.sessionId ?? null;
    const own = from === null ? await this.findOwn(userId, exceptId, nowMs) : [];
    const room = limit === null ? null : limit - own.length;
    const asked = { userId, living, exceptId, from };
    // One more than there is room for: with it the next page begins.
    const found = await this.store.live.find(asked, room === null ? null : room + 1);
    const others = room === null ? found : found.slice(0, room);
    const next = found[others.length];
    return {
      sessions: liveSessions([...own, ...others], onlooker, this.settings, nowMs),
      nextCursor: next === undefined ? null : cursorOf({ usedAtMs: next.rotatedAtMs, id: next.id }),
    };
  }

  private async findOwn(userId: string, id: string | null, nowMs: number): Promise<SessionRow[]> {
    const row = id === null ? null : await this.store.find(id);
    const isLive = row?.revokedAtMs === null && sessionEndMs(row, this.settings) > nowMs;
    return isLive && row.userId === userId ? [row] : [];
  }
}
