import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { SETTINGS, type Settings } from '../options.js';
import type { PresentedRefreshToken } from '../tokens/refresh-token-codec.js';
import { boundKeyOf } from '../tokens/claims.js';
import { loginTimeMs } from '../tokens/session-start.js';
import { hashOf } from '../tokens/token-hash.js';
import type { SessionRow } from './refresh-token.entity.js';
import { RefreshTokenStore } from './refresh-token.store.js';

/** A standby that took over has missed less than this. The row of an older session is missing for another reason. */
const LONGEST_LAG_MS = 10 * 60_000;

/**
 * Sessions whose login a database has lost, because an asynchronous standby took over: a genuine token of one says
 * all that its row needs, but for where the login came from.
 */
@Injectable()
export class LostLogins {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly store: RefreshTokenStore,
  ) {}

  /** The session of a genuine token, put back where its login was lost. @throws UnavailableError */
  async find(presented: PresentedRefreshToken): Promise<SessionRow | null> {
    const session = await this.store.find(presented.claims.sid);
    const lost = session === null ? this.lostSessionOf(presented) : null;
    return lost === null ? session : this.store.restore(lost);
  }

  /** With the presented token as the live one: a newer one that comes is accepted, an older one is a reuse. */
  private lostSessionOf({ token, claims }: PresentedRefreshToken): SessionRow | null {
    const { sid: id, sub: userId, gen: generation, iat, exp, session_exp } = claims;
    const nowMs = this.clock.nowMs();
    const createdAtMs = loginTimeMs(id);
    if (!this.settings.recoverLostWrites || createdAtMs === null) return null;
    if (createdAtMs < nowMs - LONGEST_LAG_MS || exp * 1000 <= nowMs) return null;
    return {
      id,
      userId,
      tokenHash: hashOf(token),
      generation,
      parentGeneration: null,
      sealedSuccessor: null,
      withdrawnGenerations: null,
      jkt: boundKeyOf(claims),
      createdAtMs,
      rotatedAtMs: Math.max(createdAtMs, iat * 1000),
      confirmedAtMs: null,
      expiresAtMs: exp * 1000,
      absoluteExpiresAtMs: session_exp * 1000,
      revokedAtMs: null,
      revokedReason: null,
      ip: null,
      userAgent: null,
      deviceName: null,
    };
  }
}
