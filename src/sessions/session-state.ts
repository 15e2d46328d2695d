import type { Settings } from '../options.js';
import type { SeenTokens } from './seen-tokens.js';
import type { SessionRow } from './refresh-token.entity.js';
import type { SessionState } from './rotation-policy.js';
import { sessionEndMs } from './session-end.js';

/** What is known of a session: its row, and what this instance saw since it was written. */
export function stateOf(
  session: SessionRow,
  seenTokens: SeenTokens,
  settings: Settings,
): SessionState {
  const { id, generation, parentGeneration, tokenHash, confirmedAtMs } = session;
  const { rotatedAtMs, revokedAtMs, jkt } = session;
  const confirmed = confirmedAtMs !== null || seenTokens.isPending(id, generation);
  return {
    generation,
    parentGeneration,
    tokenHash,
    rotatedAtMs,
    confirmed,
    expiresAtMs: sessionEndMs(session, settings),
    revokedAtMs,
    jkt,
  };
}
