import { v7 as uuidV7 } from 'uuid';
import type { AuthEvent } from '../events.js';
import { LONGEST_SESSION_ID, LONGEST_USER_ID } from '../storable-text.js';
import type { EventRow } from './auth-event.entity.js';

/** How many characters the columns hold. */
const LONGEST = { type: 32, reason: 64, ip: 45, detail: 255 } as const;

/** What a UUID of version 7 has room for. */
const LAST_MS = 2 ** 48 - 1;

/**
 * The row of an event, as far as the event itself says. An application may emit events too, so whatever is no text
 * that every database can hold is made one here, and one odd event does not keep the others from being written.
 *
 * @param place its place among the events of this process, for those of one millisecond
 * @param nowMs stands in for a time that is none
 */
export function recordOf(event: AuthEvent, place: number, nowMs: number): EventRow {
  const occurredAtMs = isTime(event.atMs) ? event.atMs : nowMs;
  return {
    id: uuidV7({ msecs: occurredAtMs, seq: place }),
    type: storable(event.type, LONGEST.type) ?? '',
    occurredAtMs,
    userId: 'userId' in event ? storable(event.userId, LONGEST_USER_ID) : null,
    sessionId: 'sessionId' in event ? storable(event.sessionId, LONGEST_SESSION_ID) : null,
    reason: 'reason' in event ? storable(event.reason, LONGEST.reason) : null,
    ip: 'ip' in event ? storable(event.ip, LONGEST.ip) : null,
    userAgent: null,
    deviceName: null,
    device: null,
    knownBefore: null,
    detail: detailOf(event),
  };
}

const isTime = (ms: unknown): boolean =>
  Number.isSafeInteger(ms) && Number(ms) >= 0 && Number(ms) <= LAST_MS;

/** Cut to what a column holds, without what a database refuses. */
function storable(text: string | number | null | undefined, most: number): string | null {
  if (text === null || text === undefined) return null;
  return Array.from(String(text).toWellFormed().replaceAll('\0', '')).slice(0, most).join('');
}

/** Named one by one: what an event says besides is for columns, or for nobody, as the name that somebody typed. */
function detailOf(event: AuthEvent): string | null {
  switch (event.type) {
    case 'session.refreshed':
      return json({ generation: event.generation, how: event.how, in_a_row: event.inARow });
    case 'session.stale_copy':
      return json({ generation: event.generation, distance: event.distance });
    case 'session.proof_refused':
      return json({ token: event.token, fault: event.fault });
    case 'token.reused':
      return json({ generation: event.generation });
    case 'audit.lost':
      return json({ count: event.count });
    case 'session.opened':
    case 'session.revoked':
    case 'password.changed':
    case 'login.failed':
      return null;
  }
}

/** Null where it would not fit: an event of ours always does. */
function json(facts: Readonly<Record<string, unknown>>): string | null {
  const text = JSON.stringify(facts);
  return text.length <= LONGEST.detail ? storable(text, LONGEST.detail) : null;
}
