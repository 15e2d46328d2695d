import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidV7 } from 'uuid';
import { CLOCK, type Clock } from '../clock.js';
import { AuthEvents } from '../events.js';
import { SETTINGS, type Settings } from '../options.js';
import {
  type IssuedRefreshToken,
  type PresentedRefreshToken,
  RefreshTokenCodec,
} from '../tokens/refresh-token-codec.js';
import { hashOf } from '../tokens/token-hash.js';
import { livingTimes, sessionEndMs } from './session-end.js';
import { SessionRoom } from './session-room.js';
import { RefreshTokenStore } from './refresh-token.store.js';
import { RevocationService } from './revocation.service.js';
import {
  type SessionOrigin,
  requireThumbprint,
  storableOrigin,
  storableUserId,
} from './storable-session.js';
import type { UserId } from '../storable-text.js';

/** Opens sessions. */
@Injectable()
export class SessionService {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly tokens: RefreshTokenCodec,
    private readonly store: RefreshTokenStore,
    private readonly revocations: RevocationService,
    private readonly room: SessionRoom,
    private readonly events: AuthEvents,
  ) {}

  /**
   * Opens a session, and ends the ones idle longest where the user then has too many.
   *
   * @param jkt the thumbprint of the key that it is bound to; null for a bearer's
   * @throws TypeError | InvalidRequestError before anything is written, for what no row could hold
   */
  async open(
    user: UserId,
    from: SessionOrigin,
    jkt: string | null = null,
  ): Promise<IssuedRefreshToken> {
    const userId = storableUserId(user);
    const origin = storableOrigin(from);
    if (jkt !== null) requireThumbprint(jkt);
    const nowMs = this.clock.nowMs();
    const sessionId = uuidV7({ msecs: nowMs });
    const sessionEndsAtSeconds = Math.floor(nowMs / 1000) + this.settings.sessionTtlSeconds;
    const place = { userId, sessionId, generation: 0, sessionEndsAtSeconds, jkt };
    const issued = this.tokens.issue(place);
    await this.store.open({
      id: sessionId,
      userId,
      tokenHash: hashOf(issued.token),
      generation: 0,
      parentGeneration: null,
      sealedSuccessor: null,
      createdAtMs: nowMs,
      rotatedAtMs: await this.lastToBeUsedMs(userId, nowMs),
      confirmedAtMs: null,
      expiresAtMs: issued.stamp.exp * 1000,
      absoluteExpiresAtMs: sessionEndsAtSeconds * 1000,
      revokedAtMs: null,
      revokedReason: null,
      withdrawnGenerations: null,
      jkt,
      ...origin,
    });
    this.events.emit({ type: 'session.opened', sessionId, userId, ip: origin.ip, atMs: nowMs });
    await this.room.make(userId);
    return issued;
  }

  /** Whether a genuine refresh token is the live one of a session that goes on. */
  async isLive({ token, claims }: PresentedRefreshToken): Promise<boolean> {
    const session = await this.store.find(claims.sid);
    if (session === null || session.tokenHash !== hashOf(token)) return false;
    const hasEnded =
      session.revokedAtMs !== null || this.revocations.reasonKnownFor(session.id) !== null;
    return !hasEnded && sessionEndMs(session, this.settings) > this.clock.nowMs();
  }

  /**
   * When a session that is opened now counts as used: after every other one of the user, also when the clock went
   * back or stands still. Otherwise the room that it needs could be its own.
   */
  private async lastToBeUsedMs(userId: string, nowMs: number): Promise<number> {
    if (this.settings.maxSessions === 0) return nowMs;
    const living = livingTimes(this.settings, nowMs);
    const last = await this.store.live.findLastUsed({ userId, living });
    return Math.max(nowMs, 1 + (last?.usedAtMs ?? 0));
  }
}
