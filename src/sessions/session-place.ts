import { InvalidRequestError } from '../errors.js';
import { isSessionId } from './storable-session.js';

/** Where a session stands among those of its user, the most recently used first. */
export interface SessionPlace {
  /** When it was last refreshed, or opened. Unix milliseconds. */
  readonly usedAtMs: number;
  readonly id: string;
}

/** A place as a text that a client hands back as it is. It says what the list says, and opens nothing. */
export function cursorOf({ usedAtMs, id }: SessionPlace): string {
  return Buffer.from(`${usedAtMs} ${id}`).toString('base64url');
}

/** @throws InvalidRequestError for a text that {@link cursorOf} has not made */
export function placeOf(cursor: string): SessionPlace {
  const text = Buffer.from(cursor, 'base64url').toString();
  const [, usedAt, id] = /^(\d{1,15}) (\S+)$/.exec(text) ?? [];
  const place = { usedAtMs: Number(usedAt), id: id ?? '' };
  if (isSessionId(place.id) && cursorOf(place) === cursor) return place;
  throw new InvalidRequestError('cursor takes the next_cursor of an earlier page');
}
