import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidV7 } from 'uuid';
import { CLOCK, type Clock } from '../clock.js';
import { AuthEvents } from '../events.js';
import { SETTINGS, type Settings } from '../options.js';
import { type IssuedRefreshToken, RefreshTokens, hashOf } from '../tokens/refresh-token.js';
import type { RefreshToken } from './refresh-token.entity.js';
import { RefreshTokenStore, type RevokedSession } from './refresh-token.store.js';
import { RevocationList } from './revocation-list.js';
import {
  isSessionId,
  requireReason,
  requireSessionId,
  storableOrigin,
  storableUserId,
} from './storable-session.js';

/** An application's identifier of a user; sessions and tokens keep it as text. */
export type UserId = string | number;

/** Where a login comes from; shown to the user in the list of sessions. */
export interface SessionOrigin {
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly deviceName: string | null;
}

/** Opens, lists and ends sessions. */
@Injectable()
export class SessionService {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly tokens: RefreshTokens,
    private readonly store: RefreshTokenStore,
    private readonly revocations: RevocationList,
    private readonly events: AuthEvents,
  ) {}

  /**
   * Opens a session, and ends the ones idle longest where the user then has too many.
   *
   * @throws TypeError | InvalidRequestError before anything is written, for what no row could hold
   */
  async open(user: UserId, from: SessionOrigin): Promise<IssuedRefreshToken> {
    const userId = storableUserId(user);
    const origin = storableOrigin(from);
    const nowMs = this.clock.nowMs();
    const sessionId = uuidV7({ msecs: nowMs });
    const sessionEndsAt = Math.floor(nowMs / 1000) + this.settings.sessionTtl;
    const issued = this.tokens.issue({ userId, sessionId, generation: 0, sessionEndsAt });
    await this.store.open({
      id: sessionId,
      userId,
      tokenHash: hashOf(issued.token),
      generation: 0,
      parentGeneration: null,
      sealedSuccessor: null,
      createdAtMs: nowMs,
      rotatedAtMs: nowMs,
      confirmedAtMs: null,
      expiresAtMs: issued.seed.exp * 1000,
      absoluteExpiresAtMs: sessionEndsAt * 1000,
      revokedAtMs: null,
      revokedReason: null,
      ...origin,
    });
    this.events.emit({ type: 'session.opened', sessionId, userId, ip: origin.ip, atMs: nowMs });
    await this.makeRoom(userId, nowMs);
    return issued;
  }

  /** The user's live sessions, the most recently used first. */
  async list(user: UserId): Promise<RefreshToken[]> {
    return this.store.findLive(storableUserId(user), this.clock.nowMs());
  }

  /** Ends a session; ending it twice is no error. @throws TypeError for a reason that no row could hold */
  async revoke(sessionId: string, userId: string, reason: string): Promise<boolean> {
    requireReason(reason);
    const nowMs = this.clock.nowMs();
    const revoked = await this.store.revoke(sessionId, reason, nowMs);
    if (revoked) this.announce([{ id: sessionId, userId, revokedAtMs: nowMs }], reason, nowMs);
    return revoked;
  }

  /**
   * Ends one of the user's live sessions.
   *
   * @returns false when the user has no such session
   * @throws TypeError for a user or reason that no row could hold
   */
  async revokeOwn(sessionId: string, user: UserId, reason: string): Promise<boolean> {
    const userId = storableUserId(user);
    requireReason(reason);
    if (!isSessionId(sessionId)) return false;
    const nowMs = this.clock.nowMs();
    const revoked = await this.store.revokeOwn(sessionId, userId, reason, nowMs);
    if (revoked) this.announce([{ id: sessionId, userId, revokedAtMs: nowMs }], reason, nowMs);
    return revoked;
  }

  /**
   * Ends every session of the user, but for `exceptId`.
   *
   * @returns how many it ended
   * @throws TypeError for what no row could hold
   */
  async revokeAll(user: UserId, reason: string, exceptId: string | null = null): Promise<number> {
    const userId = storableUserId(user);
    requireReason(reason);
    if (exceptId !== null) requireSessionId(exceptId);
    const nowMs = this.clock.nowMs();
    const revoked = await this.store.revokeAll(userId, exceptId, reason, nowMs);
    this.announce(revoked, reason, nowMs);
    return revoked.length;
  }

  /** After the new session is in the table: of simultaneous logins the last to look sees them all. */
  private async makeRoom(userId: string, nowMs: number): Promise<void> {
    if (this.settings.maxSessions === 0) return;
    const live = await this.store.findLive(userId, nowMs);
    for (const { id } of live.slice(this.settings.maxSessions)) {
      await this.revoke(id, userId, 'max_sessions');
    }
  }

  private announce(revoked: readonly RevokedSession[], reason: string, atMs: number): void {
    for (const { id, userId } of revoked) {
      this.revocations.add(id, atMs);
      this.events.emit({ type: 'session.revoked', sessionId: id, userId, reason, atMs });
    }
  }
}
