import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import {
  InvalidTokenError,
  MaxUsesReachedError,
  SessionRevokedError,
  TokenExpiredError,
  TokenReusedError,
  UnavailableError,
} from '../errors.js';
import { AuthEvents, type SessionRefreshedEvent } from '../events.js';
import { SETTINGS, type Settings } from '../options.js';
import {
  type IssuedRefreshToken,
  type PresentedRefreshToken,
  type RefreshTokenClaims,
  type RefreshTokenStamp,
  RefreshTokenCodec,
} from '../tokens/refresh-token-codec.js';
import { hashOf } from '../tokens/token-hash.js';
import { SeenTokens } from './seen-tokens.js';
import { LostLogins } from './lost-logins.js';
import type { SessionRow } from './refresh-token.entity.js';
import { RefreshTokenStore } from './refresh-token.store.js';
import { RevocationService } from './revocation.service.js';
import { type Refusal, isExhausted, judge } from './rotation-policy.js';
import { openSuccessor, sealSuccessor } from './sealed-successor.js';
import { stateOf } from './session-state.js';
import type { Swap } from './session-statements.js';
import { recoveriesInARow, withdraw } from './withdrawn-generations.js';

/** Each lost swap means that another one won, so with this many in a row something is wrong with the database. */
const MAX_SWAPS = 100;

/** A refresh token in the hands of a client, and the key that its repeats are bound to. */
export interface Presentation extends PresentedRefreshToken {
  readonly idempotencyKey: string | null;
}

/** Refreshes: reads facts, asks the policy, does what it says. */
@Injectable()
export class RotationService {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly tokens: RefreshTokenCodec,
    private readonly store: RefreshTokenStore,
    private readonly seenTokens: SeenTokens,
    private readonly lostLogins: LostLogins,
    private readonly revocations: RevocationService,
    private readonly events: AuthEvents,
  ) {}

  /**
   * @returns the successor of the presented token: a new one, or the same one again for a repeat
   * @throws TokenReusedError after revoking, when two parties hold the session
   * @throws SessionRevokedError | TokenExpiredError | InvalidTokenError | MaxUsesReachedError
   * @throws UnavailableError when the database does not answer; nothing was consumed
   */
  async refresh(presented: Presentation): Promise<IssuedRefreshToken> {
    const { gen, sid } = presented.claims;
    const ended = this.revocations.reasonKnownFor(sid);
    if (ended !== null) throw await this.refuseEnded(sid, ended);
    const presentedAtMs = this.clock.nowMs();
    if (!isExhausted(gen, this.settings)) {
      const successor = this.successorOf(presented, gen + 1);
      const swap = this.swapOf(presented, hashOf(presented.token), successor);
      if (lives(swap) && (await this.store.rotate(swap))) {
        return this.refreshed(successor, 'rotate');
      }
    }
    for (let lost = 0; lost < MAX_SWAPS; lost += 1) {
      const session = await this.lostLogins.find(presented);
      const answer = await this.refreshSpent(presented, session, presentedAtMs);
      if (answer !== null) return answer;
    }
    throw new UnavailableError('The session is changing too fast, try again');
  }

  /**
   * What to do with a token that did not win the swap.
   *
   * @param presentedAtMs judged by: what a database kept waiting is no later for it
   * @returns null when it is to be looked at again
   */
  private async refreshSpent(
    presented: Presentation,
    session: SessionRow | null,
    presentedAtMs: number,
  ): Promise<IssuedRefreshToken | null> {
    const stamp = openSealOf(session, presented);
    const decision = judge(
      {
        generation: presented.claims.gen,
        tokenHash: hashOf(presented.token),
        opensSeal: stamp !== null,
      },
      session === null ? null : stateOf(session, this.seenTokens, this.settings),
      this.settings,
      presentedAtMs,
    );
    if (session === null) throw refusal('unknown', session);
    if (decision.kind === 'refuse') throw await this.refusalOf(decision.why, session);
    if (decision.kind === 'reuse') throw await this.revokeReused(presented, session);
    if (decision.kind === 'replay') {
      return stamp && this.refreshed(this.writeSuccessor(presented, session, stamp), 'replay');
    }
    return this.rotateSpent(decision.kind, presented, session);
  }

  /** Whatever its row says: a standby that took over may have lost the revocation, which is then written again. */
  private async refuseEnded(sessionId: string, reason: string): Promise<Error> {
    const session = await this.store.find(sessionId);
    if (session !== null && session.revokedAtMs !== null) return this.refusalOf('revoked', session);
    await this.revocations.revokeAgain(sessionId, reason);
    return new SessionRevokedError(reason);
  }

  /** A reuse whose revocation had no answer has not been answered as such, either. */
  private async refusalOf(why: Refusal, session: SessionRow): Promise<Error> {
    this.revocations.learn(session);
    const isUntold =
      why === 'revoked' && (await this.revocations.tellOfReuse(session.id, session.userId));
    return isUntold ? new TokenReusedError() : refusal(why, session);
  }

  /** A swap on what the row has now. @returns null when somebody was faster once more */
  private async rotateSpent(
    how: 'rotate' | 'advance' | 'recover',
    presented: Presentation,
    session: SessionRow,
  ): Promise<IssuedRefreshToken | null> {
    const newest = Math.max(presented.claims.gen, session.generation);
    const successor = this.successorOf(presented, newest + 1, session);
    const swap = this.swapOf(presented, session.tokenHash, successor);
    if (how !== 'recover') {
      return (await this.store.rotate(swap)) ? this.refreshed(successor, how) : null;
    }
    const withdrawnGenerations = withdraw(session);
    if (!(await this.store.recover({ ...swap, withdrawnGenerations }))) return null;
    return this.refreshed(successor, how, { inARow: recoveriesInARow(swap) });
  }

  /** @param session the row, where it was read: a token may believe in a later end, the row decides */
  private successorOf(
    { claims }: Presentation,
    generation: number,
    session?: SessionRow,
  ): IssuedRefreshToken {
    return this.tokens.issue({
      userId: claims.sub,
      sessionId: claims.sid,
      generation,
      sessionEndsAtSeconds: sessionEndSeconds(claims, session),
    });
  }

  private writeSuccessor(
    { claims }: Presentation,
    session: SessionRow,
    stamp: RefreshTokenStamp,
  ): IssuedRefreshToken {
    const { sub: userId, sid: sessionId } = claims;
    const { generation } = session;
    const sessionEndsAtSeconds = sessionEndSeconds(claims, session);
    return this.tokens.write({ userId, sessionId, generation, sessionEndsAtSeconds }, stamp);
  }

  private swapOf(
    { claims, token, idempotencyKey }: Presentation,
    liveHash: string,
    successor: IssuedRefreshToken,
  ): Swap {
    const successorHash = hashOf(successor.token);
    const context = { parentToken: token, idempotencyKey, successorHash };
    return {
      id: claims.sid,
      liveHash,
      tokenHash: successorHash,
      generation: successor.place.generation,
      parentGeneration: claims.gen,
      sealedSuccessor: sealSuccessor(successor.stamp, context),
      rotatedAtMs: this.clock.nowMs(),
      expiresAtMs: successor.stamp.exp * 1000,
      sessionEndsAtMs: successor.place.sessionEndsAtSeconds * 1000,
    };
  }

  private refreshed(
    issued: IssuedRefreshToken,
    how: SessionRefreshedEvent['how'],
    more: Pick<SessionRefreshedEvent, 'inARow'> = {},
  ): IssuedRefreshToken {
    const { sessionId, userId, generation } = issued.place;
    const event = { sessionId, userId, generation, how, atMs: this.clock.nowMs(), ...more };
    this.events.emit({ type: 'session.refreshed', ...event });
    return issued;
  }

  /** Revokes first, so that the answer is true when it is given. Of simultaneous reuses one is answered as such. */
  private async revokeReused({ claims }: Presentation, session: SessionRow): Promise<Error> {
    const { id: sessionId, userId } = session;
    const reuse = { sessionId, userId, generation: claims.gen };
    if (await this.revocations.revokeReused(reuse)) return new TokenReusedError();
    const ended = await this.store.find(sessionId);
    return new SessionRevokedError(ended?.revokedReason ?? 'reuse');
  }
}

/** Whether the successor would not have expired before it was born: the session is over, its row says of what. */
function lives({ expiresAtMs, rotatedAtMs }: Swap): boolean {
  return expiresAtMs > rotatedAtMs;
}

/** Until when a session lasts, Unix seconds. */
function sessionEndSeconds({ session_exp }: RefreshTokenClaims, session?: SessionRow): number {
  const rowsEnd = session?.absoluteExpiresAtMs ?? Number.POSITIVE_INFINITY;
  return Math.min(session_exp, Math.floor(rowsEnd / 1000));
}

/** Only the parent can open the seal, so nobody else need try. */
function openSealOf(session: SessionRow | null, presented: Presentation): RefreshTokenStamp | null {
  if (session?.sealedSuccessor == null) return null;
  if (session.parentGeneration !== presented.claims.gen) return null;
  const { token: parentToken, idempotencyKey } = presented;
  const successorHash = session.tokenHash;
  return openSuccessor(session.sealedSuccessor, { parentToken, idempotencyKey, successorHash });
}

function refusal(why: Refusal, session: SessionRow | null): Error {
  switch (why) {
    case 'unknown':
      return new InvalidTokenError('Refresh');
    case 'revoked':
      return new SessionRevokedError(session?.revokedReason ?? undefined);
    case 'expired':
      return new TokenExpiredError('Refresh');
    case 'exhausted':
      return new MaxUsesReachedError();
  }
}
