import type { Baton } from '../../src/client/index.js';
import type { Device } from './device.js';
import type { SeenSession, Witness } from './witness.js';
import type { World } from './world.js';

/** The client whose sessions only it opens and ends, though they share the browser's cookie. */
export const OTHER_APPLICATION = 'other application';

/** Nobody needs a third refresh within so long. */
const HALF_A_LIFE_MS = 440_000;

/** Says what a client may not do, by what the witness saw. */
export class Judge {
  /** Sign-ins and sign-outs that were begun. */
  changes = 0;
  hasPassedDays = false;
  /** Whether nothing has gone wrong around the clients. */
  isCalm = true;
  /** Whether the browser's cookie may become another session's, or an older one, though nothing goes wrong. */
  mayLoseCookie = false;

  constructor(
    private readonly world: World,
    private readonly witness: Witness,
  ) {}

  /** Somebody signs in or out: what was open may be ended. */
  noteChange(): number {
    for (const session of this.witness.sessions.values()) session.isLeft = true;
    return (this.changes += 1);
  }

  /** Follows a client, which nothing but a sign-in of its own application makes another. */
  follow(name: string, baton: Baton): void {
    const left = new Set<string>();
    let before: string | null = null;
    baton.on('signedOut', ({ sessionId, reason }) => reason === 'sign_out' && left.add(sessionId));
    baton.subscribe(({ sessionId }) => {
      const { openedBy = name } = this.witness.sessions.get(sessionId ?? '') ?? {};
      if (
        before &&
        sessionId &&
        sessionId !== before &&
        (openedBy === OTHER_APPLICATION) !== (name === OTHER_APPLICATION)
      ) {
        this.world.violate(`${name} became ${sessionId} of ${openedBy}`);
      }
      if (sessionId && left.has(sessionId)) {
        this.world.violate(`${name} is in ${sessionId} again, which it had signed out of`);
      }
      before = sessionId;
    });
  }

  /** A session ends for a cause that the contract names, and only then. */
  judgeEnd(
    name: string,
    { hasFailed, transport }: Device,
    sessionId: string,
    reason: string,
  ): void {
    this.world.log(`${name}: signed out of ${sessionId}, ${reason}`);
    const session = this.witness.sessions.get(sessionId);
    if (session) session.isLeft = true;
    const isEnded = !!session?.endedBecause;
    const isCookie = transport === 'cookie';
    const mayLose = isCookie && (this.mayLoseCookie || !this.isCalm);
    const isKnown = {
      sign_out: this.changes > 0,
      elsewhere: this.changes > 1,
      token_expired: this.hasPassedDays,
      session_revoked: isEnded,
      token_reused: (hasFailed && !isCookie) || isEnded || (mayLose && !!session?.hasOlderCookie),
      // The answer where there is no cookie any more.
      invalid_token: isCookie && (isEnded || mayLose),
      session_mismatch: mayLose && !!session?.isMismatched,
    };
    const isNamed = Object.entries(isKnown).some(([cause, is]) => is && cause === reason);
    if (!isNamed) this.world.violate(`${name} was signed out without a cause: ${reason}`);
  }

  judgeSessions(): void {
    for (const [sessionId, session] of this.witness.sessions) {
      if (session.endedBecause === 'logout' && !session.isLeft) {
        this.world.violate(`${sessionId} was ended, and nobody had left it`);
      }
      if (this.isCalm) this.expectFewRefreshes(sessionId, session);
    }
  }

  /** At most two for each end of an access token; in the cookie transport each tab has one of its own. */
  private expectFewRefreshes(sessionId: string, { refreshesAtMs }: SeenSession): void {
    for (const [client, timesMs] of refreshesAtMs) {
      timesMs.forEach((atMs, index) => {
        const third = timesMs[index + 2];
        if (third !== undefined && third - atMs < HALF_A_LIFE_MS) {
          this.world.violate(`${client} refreshed ${sessionId} three times for one end of a token`);
        }
      });
    }
  }
}
