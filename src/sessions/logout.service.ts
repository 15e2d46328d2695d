import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { SETTINGS, type Settings } from '../options.js';
import type { AccessTokenClaims } from '../tokens/access-token-codec.js';
import type { RegisteredClaims } from '../tokens/claims.js';
import type { PresentedRefreshToken } from '../tokens/refresh-token-codec.js';
import { hashOf } from '../tokens/token-hash.js';
import { SeenTokens } from './seen-tokens.js';
import { assertProven } from './bound-session.js';
import type { SessionRow } from './refresh-token.entity.js';
import { LostLogins } from './lost-logins.js';
import { RefreshTokenStore } from './refresh-token.store.js';
import { RevocationService } from './revocation.service.js';
import { judge } from './rotation-policy.js';
import { stateOf } from './session-state.js';
import { isWithdrawn } from './withdrawn-generations.js';

/**
 * Ends the session of whoever leaves it. A token that two parties must have had is told of as it is at a
 * refresh; to whoever sent it the answer is that of any logout.
 *
 * @throws InvalidDpopProofError from every method when the session is bound to another key than was proved
 * @throws UnavailableError from every method when the database does not answer
 */
@Injectable()
export class LogoutService {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly store: RefreshTokenStore,
    private readonly seenTokens: SeenTokens,
    private readonly lostLogins: LostLogins,
    private readonly revocations: RevocationService,
  ) {}

  /** Ends the session of a genuine refresh token. Ending it twice is no error, and is told once. */
  async byRefreshToken(presented: PresentedRefreshToken, reason: string): Promise<void> {
    const { token, claims, jkt = null } = presented;
    assertProven(claims, jkt);
    const session = await this.lostLogins.find(presented);
    const isReused = session !== null && this.isReused(token, claims.gen, session);
    await this.end(claims, reason, isReused);
  }

  /** Ends the session of a verified access token. Ending it twice is no error, and is told once. */
  async byAccessToken(
    claims: AccessTokenClaims,
    jkt: string | null,
    reason: string,
  ): Promise<void> {
    assertProven(claims, jkt);
    const session = await this.store.find(claims.sid);
    const isReused = session !== null && isWithdrawn(claims.gen, session);
    await this.end(claims, reason, isReused);
  }

  /** Whoever leaves asks for no successor: neither a seal nor a limit of recoveries stands in the way; a key was proved. */
  private isReused(token: string, generation: number, session: SessionRow): boolean {
    const { jkt } = session;
    const presented = { generation, tokenHash: hashOf(token), opensSeal: true, jkt, isDue: true };
    const state = stateOf(session, this.seenTokens, this.settings);
    const policy = { ...this.settings, maxRecoveries: 0 };
    return judge(presented, state, policy, this.clock.nowMs()).kind === 'reuse';
  }

  private async end(
    { sid: sessionId, sub: userId, gen: generation }: RegisteredClaims,
    reason: string,
    isReused: boolean,
  ): Promise<void> {
    const reuse = isReused ? { sessionId, userId, generation } : null;
    // First the others: whoever asks again, where this fails half-way, is judged as before.
    if (isReused && this.settings.reuseScope === 'user') {
      await this.revocations.revokeAll(userId, 'reuse', { exceptId: sessionId });
    }
    await this.revocations.revoke(sessionId, userId, reason, reuse);
  }
}
