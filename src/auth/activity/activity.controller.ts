import { Controller, Get, Query, Res, UseGuards } from '@nestjs/common';
import { validate as isUuid } from 'uuid';
import * as v from 'valibot';
import { Activity } from '../../audit/activity.js';
import type { EventRow } from '../../audit/auth-event.entity.js';
import type { EndedSession } from '../../sessions/session-origins.store.js';
import type {
  ActivityBody,
  ActivityEventBody,
  EndedSessionBody,
  EndedSessionsBody,
} from '../../wire.js';
import type { AuthenticatedUser } from '../access-control.js';
import { CurrentSession } from '../auth.decorators.js';
import { parseQuery } from '../auth.dto.js';
import { PersonalAuthRoute } from '../auth-route.js';
import { ErrorHeaders } from '../error-headers.js';
import { JwtAuthGuard } from '../jwt-auth.guard.js';

const DEFAULT_LIMIT = '50';
const LIMIT_TAKES = 'takes a whole number from 1 to 100';
const CURSOR_TAKES = 'takes the next_cursor of an earlier answer';

const pageSchema = v.object({
  limit: v.optional(
    v.pipe(v.string(LIMIT_TAKES), v.regex(/^([1-9]\d?|100)$/, LIMIT_TAKES), v.transform(Number)),
    DEFAULT_LIMIT,
  ),
  cursor: v.optional(
    v.pipe(
      v.string(CURSOR_TAKES),
      v.check((id) => isUuid(id), CURSOR_TAKES),
      v.transform((id) => id.toLowerCase()),
    ),
  ),
});

/** What a user may see of what has happened to them; there where events are kept. */
@PersonalAuthRoute()
@Controller()
@UseGuards(JwtAuthGuard)
export class ActivityController {
  constructor(
    private readonly activity: Activity,
    private readonly errorHeaders: ErrorHeaders,
  ) {}

  /** The user's events, the latest first. */
  @Get('activity')
  events(
    @CurrentSession() { id, sessionId }: AuthenticatedUser,
    @Query() query: unknown,
    @Res({ passthrough: true }) response: unknown,
  ): Promise<ActivityBody> {
    return this.errorHeaders.around(response, async () => {
      const asked = parseQuery(pageSchema, query);
      const page = await this.activity.page(id, asked.limit, asked.cursor);
      const events = page.events.map((event) => eventBody(event, sessionId));
      return { events, next_cursor: page.nextBeforeId };
    });
  }

  /** The user's sessions that ended of late, and why. */
  @Get('sessions/ended')
  endedSessions(
    @CurrentSession() { id }: AuthenticatedUser,
    @Res({ passthrough: true }) response: unknown,
  ): Promise<EndedSessionsBody> {
    return this.errorHeaders.around(response, async () => {
      const sessions = await this.activity.endedSessions(id);
      return { sessions: sessions.map(endedSessionBody) };
    });
  }
}

function eventBody(event: EventRow, currentId: string): ActivityEventBody {
  return {
    id: event.id,
    type: event.type,
    at: new Date(event.occurredAtMs).toISOString(),
    session_id: event.sessionId,
    current: event.sessionId === currentId,
    reason: event.reason,
    ip: event.ip,
    user_agent: event.userAgent,
    device_name: event.deviceName,
    known_before: event.knownBefore,
  };
}

function endedSessionBody(session: EndedSession): EndedSessionBody {
  return {
    id: session.id,
    created_at: new Date(session.createdAtMs).toISOString(),
    ended_at: new Date(session.endedAtMs).toISOString(),
    reason: session.reason,
    ip: session.ip,
    user_agent: session.userAgent,
    device_name: session.deviceName,
  };
}
