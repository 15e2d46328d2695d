import type { Settings } from '../options.js';
import type { SessionRow } from './refresh-token.entity.js';
import { sessionEndMs } from './session-end.js';

/** A live session, as its user may see it. Times are Unix milliseconds. */
export interface LiveSession {
  readonly id: string;
  /** Whether it is the one that asks. */
  readonly current: boolean;
  readonly createdAtMs: number;
  /** The last refresh; of the session that asks, now. */
  readonly lastUsedAtMs: number;
  /** The earlier of the idle and the absolute end, as far as whoever asks may know it. */
  readonly expiresAtMs: number;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly deviceName: string | null;
}

/** The access token with which somebody looks at the sessions. */
export interface Onlooker {
  readonly sessionId: string;
  /** When that token was issued, Unix milliseconds. */
  readonly issuedAtMs: number;
}

/**
 * The sessions as their user sees them, the most recently used first. Of the session that asks, nothing moves
 * with the row: whoever holds an older copy of its token would read there when its owner refreshed, and be in
 * time for the grace period of every rotation.
 *
 * @param onlooker null for whoever asks from outside of the sessions
 */
export function liveSessions(
  rows: readonly SessionRow[],
  onlooker: Onlooker | null,
  settings: Settings,
  nowMs: number,
): LiveSession[] {
  const views = rows.map((row) =>
    row.id === onlooker?.sessionId
      ? view(row, {
          current: true,
          lastUsedAtMs: nowMs,
          expiresAtMs: endAsKnownTo(onlooker, row, settings),
        })
      : view(row, {
          current: false,
          lastUsedAtMs: row.rotatedAtMs,
          expiresAtMs: sessionEndMs(row, settings),
        }),
  );
  return views.toSorted(byUse);
}

/** As if the session had been refreshed for the last time when the onlooker's token was issued. */
function endAsKnownTo(
  { issuedAtMs: rotatedAtMs }: Onlooker,
  { createdAtMs, absoluteExpiresAtMs }: SessionRow,
  settings: Settings,
): number {
  const expiresAtMs = absoluteExpiresAtMs;
  return sessionEndMs({ createdAtMs, rotatedAtMs, expiresAtMs, absoluteExpiresAtMs }, settings);
}

function view(
  { id, createdAtMs, ip, userAgent, deviceName }: SessionRow,
  rest: Pick<LiveSession, 'current' | 'lastUsedAtMs' | 'expiresAtMs'>,
): LiveSession {
  return { id, createdAtMs, ip, userAgent, deviceName, ...rest };
}

/** By what is shown alone: the order of the rows tells of the last refresh as well. */
function byUse(one: LiveSession, other: LiveSession): number {
  return other.lastUsedAtMs - one.lastUsedAtMs || (one.id < other.id ? 1 : -1);
}
