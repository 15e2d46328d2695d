import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import {
  InvalidDpopProofError,
  InvalidTokenError,
  MaxUsesReachedError,
  SessionRevokedError,
  TokenExpiredError,
  TokenReusedError,
  UnavailableError,
} from '../errors.js';
import { AuthEvents, type SessionRefreshedEvent } from '../events.js';
import { SETTINGS, type Settings } from '../options.js';
import { type IssuedRefreshToken, RefreshTokenCodec } from '../tokens/refresh-token-codec.js';
import { boundKeyOf } from '../tokens/claims.js';
import { hashOf } from '../tokens/token-hash.js';
import { SeenTokens } from './seen-tokens.js';
import { LostLogins } from './lost-logins.js';
import type { SessionRow } from './refresh-token.entity.js';
import { RefreshTokenStore } from './refresh-token.store.js';
import { RevocationService } from './revocation.service.js';
import {
  type PresentedState,
  type Refusal,
  isExhausted,
  isProven,
  judge,
} from './rotation-policy.js';
import { stateOf } from './session-state.js';
import type { Swap } from './session-statements.js';
import { type Presentation, Successors, openSealOf } from './successors.js';
import { recoveriesInARow, withdraw } from './withdrawn-generations.js';

/** Each lost swap means that another one won, so with this many in a row something is wrong with the database. */
const MAX_SWAPS = 100;

/** Refreshes: reads facts, asks the policy, does what it says. */
@Injectable()
export class RotationService {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly tokens: RefreshTokenCodec,
    private readonly successors: Successors,
    private readonly store: RefreshTokenStore,
    private readonly seenTokens: SeenTokens,
    private readonly lostLogins: LostLogins,
    private readonly revocations: RevocationService,
    private readonly events: AuthEvents,
  ) {}

  /**
   * @returns the successor of the presented token: a new one, or the same one again for a repeat
   * @throws TokenReusedError after revoking, when two parties hold the session
   * @throws InvalidDpopProofError when the session is bound to another key than was proved; nothing is asked or done
   * @throws SessionRevokedError | TokenExpiredError | InvalidTokenError | MaxUsesReachedError
   * @throws UnavailableError when the database does not answer; nothing was consumed
   */
  async refresh(presented: Presentation): Promise<IssuedRefreshToken> {
    const { gen, sid } = presented.claims;
    if (!isProven(presented, { jkt: boundKeyOf(presented.claims) })) throw refusal('unproven');
    const ended = this.revocations.reasonKnownFor(sid);
    if (ended !== null) throw await this.refuseEnded(presented, ended);
    const presentedAtMs = this.clock.nowMs();
    if (!isExhausted(gen, this.settings) && !this.isKept(presented)) {
      const successor = this.successors.next(presented, gen + 1);
      const swap = this.successors.swapOf(presented, hashOf(presented.token), successor);
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
      this.presentedState(presented, stamp !== null),
      session === null ? null : stateOf(session, this.seenTokens, this.settings),
      this.settings,
      presentedAtMs,
    );
    if (session === null) throw refusal('unknown');
    if (decision.kind === 'refuse') throw await this.refusalOf(decision.why, session);
    if (decision.kind === 'reuse') {
      await this.revokeReused(presented, session);
      return null;
    }
    if (decision.kind === 'replay') {
      return stamp && this.refreshed(this.successors.again(presented, session, stamp), 'replay');
    }
    if (decision.kind === 'keep') return this.refreshed(this.tokens.reissue(presented), 'keep');
    return this.rotateSpent(decision.kind, presented, session);
  }

  /** Whatever its row says: a standby that took over may have lost the revocation, which is then written again. */
  private async refuseEnded(presented: Presentation, reason: string): Promise<Error> {
    const session = await this.lostLogins.find(presented);
    if (session !== null && session.revokedAtMs !== null) return this.refusalOf('revoked', session);
    await this.revocations.revokeAgain(presented.claims.sid, reason);
    return new SessionRevokedError(reason);
  }

  private presentedState(presented: Presentation, opensSeal: boolean): PresentedState {
    const { token, claims, jkt } = presented;
    const isDue = this.isDue(presented);
    return { generation: claims.gen, tokenHash: hashOf(token), opensSeal, jkt, isDue };
  }

  /** Whether it stays as it is, unless its row knows better: the policy's `keep`. */
  private isKept(presented: Presentation): boolean {
    const isBound = boundKeyOf(presented.claims) !== null;
    return isBound && !this.settings.boundRotation && !this.isDue(presented);
  }

  private isDue({ claims }: Presentation): boolean {
    const endMs = this.tokens.endSecondsOf(claims) * 1000;
    return this.clock.nowMs() - claims.iat * 1000 >= endMs - this.clock.nowMs();
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
    how: 'rotate' | 'advance' | 'recover' | 'catchUp',
    presented: Presentation,
    session: SessionRow,
  ): Promise<IssuedRefreshToken | null> {
    const newest = Math.max(presented.claims.gen, session.generation);
    const successor = this.successors.next(presented, newest + 1, session);
    const swap = this.successors.swapOf(presented, session.tokenHash, successor);
    if (how === 'catchUp') {
      // The live token, not the old one, is what the next one follows: nothing in between was withdrawn.
      if (!(await this.store.rotate({ ...swap, parentGeneration: newest }))) return null;
      this.tellOfStaleCopy(presented, session.generation);
      return this.refreshed(successor, how);
    }
    if (how !== 'recover') {
      return (await this.store.rotate(swap)) ? this.refreshed(successor, how) : null;
    }
    const withdrawnGenerations = withdraw(session);
    if (!(await this.store.recover({ ...swap, withdrawnGenerations }))) return null;
    return this.refreshed(successor, how, { inARow: recoveriesInARow(swap) });
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

  /** A copy that is one behind has lost a race, or an answer: that is every day's. */
  private tellOfStaleCopy({ claims }: Presentation, liveGeneration: number): void {
    const { sid: sessionId, sub: userId, gen: generation } = claims;
    const distance = liveGeneration - generation;
    if (distance < 2) return;
    const atMs = this.clock.nowMs();
    this.events.emit({ type: 'session.stale_copy', sessionId, userId, generation, distance, atMs });
  }

  /**
   * Revokes first, so that the answer is true when it is given. Of simultaneous reuses one is answered as such. Where
   * nothing was left to revoke the row has to be looked at again: somebody else has ended the session, or a standby
   * has taken over that does not have it.
   *
   * @throws TokenReusedError when this has ended it
   */
  private async revokeReused({ claims }: Presentation, session: SessionRow): Promise<void> {
    const { id: sessionId, userId } = session;
    const reuse = { sessionId, userId, generation: claims.gen };
    if (await this.revocations.revokeReused(reuse)) throw new TokenReusedError();
  }
}

/** Whether the successor would not have expired before it was born: the session is over, its row says of what. */
function lives({ expiresAtMs, askedAtMs }: Swap): boolean {
  return expiresAtMs > askedAtMs;
}

function refusal(why: Refusal, session: SessionRow | null = null): Error {
  switch (why) {
    case 'unknown':
      return new InvalidTokenError('Refresh');
    case 'unproven':
      return new InvalidDpopProofError('The refresh token is bound to another key');
    case 'revoked':
      return new SessionRevokedError(session?.revokedReason ?? undefined);
    case 'expired':
      return new TokenExpiredError('Refresh');
    case 'exhausted':
      return new MaxUsesReachedError();
  }
}
