import { AuthEvents } from '../../src/events.js';
import { AccessControl } from '../../src/auth/access-control.js';
import { AttemptLimits } from '../../src/auth/attempts/attempt-limits.js';
import type { AuthConfig } from '../../src/auth/auth.options.js';
import { AuthService } from '../../src/auth/auth.service.js';
import { CredentialCheck } from '../../src/auth/credential-check.js';
import { KnownUsers } from '../../src/auth/known-users.js';
import { TokenPairs } from '../../src/auth/token-pairs.js';
import type { MachineTime } from '../../src/clock.js';
import { DatabaseClock } from '../../src/sessions/database-clock.js';
import { LostLogins } from '../../src/sessions/lost-logins.js';
import { LogoutService } from '../../src/sessions/logout.service.js';
import { RefreshTokenStore } from '../../src/sessions/refresh-token.store.js';
import { RevocationList } from '../../src/sessions/revocation-list.js';
import { RevocationService } from '../../src/sessions/revocation.service.js';
import { RotationService } from '../../src/sessions/rotation.service.js';
import type { SessionTable } from '../../src/sessions/session-table.js';
import { SeenTokens } from '../../src/sessions/seen-tokens.js';
import { SessionLists } from '../../src/sessions/session-lists.js';
import { SessionRoom } from '../../src/sessions/session-room.js';
import { SessionService } from '../../src/sessions/session.service.js';
import { Successors } from '../../src/sessions/successors.js';
import { AccessTokenCodec } from '../../src/tokens/access-token-codec.js';
import { RefreshTokenCodec } from '../../src/tokens/refresh-token-codec.js';
import { VerifiedTokens } from '../../src/tokens/verified-tokens.js';

/** One process of the server: the real services, put together as `AuthModule` does. */
export interface Instance {
  readonly auth: AuthService;
  readonly events: AuthEvents;
  readonly clock: DatabaseClock;
  readonly seenTokens: SeenTokens;
  readonly revoked: RevocationService;
  readonly list: RevocationList;
}

/** Nobody sends a password here, and its counters take longer to make than a schedule. */
const ATTEMPTS = new AttemptLimits(
  { attempts: { perName: 0, perAddress: 0, windowSeconds: 1, store: undefined } },
  { nowMs: () => 0 },
);

/**
 * Starts a process, which knows nothing of what one before it knew.
 *
 * @param machine its two clocks
 * @param askMs asks the database for its time
 */
export function startInstance(
  config: AuthConfig,
  table: SessionTable,
  machine: MachineTime,
  askMs: () => Promise<number>,
): Instance {
  const { settings } = config;
  const clock = new DatabaseClock(askMs, machine);
  const events = new AuthEvents();
  const store = new RefreshTokenStore(table);
  const accessTokens = new AccessTokenCodec(settings, config.accessKeys, clock);
  const refreshTokens = new RefreshTokenCodec(settings, config.refreshKeys, clock);
  const list = new RevocationList(settings, store, clock, machine.monotonicMs);
  const revoked = new RevocationService(settings, clock, store, list, events);
  const seenTokens = new SeenTokens(store, revoked, clock);
  const room = new SessionRoom(settings, clock, store, revoked);
  const lost = new LostLogins(settings, clock, store);
  const auth = new AuthService(
    config,
    new SessionService(settings, clock, refreshTokens, store, revoked, room, events),
    new SessionLists(settings, clock, store),
    revoked,
    new LogoutService(settings, clock, store, seenTokens, lost, revoked),
    new RotationService(
      settings,
      clock,
      refreshTokens,
      new Successors(clock, refreshTokens),
      store,
      seenTokens,
      lost,
      revoked,
      events,
    ),
    accessTokens,
    refreshTokens,
    new AccessControl(settings, accessTokens, new VerifiedTokens(clock), list, seenTokens),
    new TokenPairs(accessTokens, refreshTokens, null),
    new KnownUsers(config, revoked),
    new CredentialCheck(config, ATTEMPTS, events, clock),
    seenTokens,
  );
  return { auth, events, clock, seenTokens, revoked, list };
}
