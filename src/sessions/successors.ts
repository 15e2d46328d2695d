import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { boundKeyOf } from '../tokens/claims.js';
import {
  type IssuedRefreshToken,
  type PresentedRefreshToken,
  type RefreshTokenClaims,
  RefreshTokenCodec,
  type RefreshTokenStamp,
} from '../tokens/refresh-token-codec.js';
import { hashOf } from '../tokens/token-hash.js';
import { LateNumber } from './late-number.js';
import type { SessionRow } from './refresh-token.entity.js';
import { openSuccessor, sealSuccessor } from './sealed-successor.js';
import type { Swap } from './session-statements.js';

/** A refresh token in the hands of a client, the key that its repeats are bound to, and the one that was proved. */
export interface Presentation extends PresentedRefreshToken {
  readonly idempotencyKey: string | null;
  readonly jkt: string | null;
}

/** Makes the tokens that follow the presented one, and what the row is told of them. */
@Injectable()
export class Successors {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly tokens: RefreshTokenCodec,
  ) {}

  /**
   * A new one.
   *
   * @param session the row, where it was read: a token may believe in a later end, the row decides
   */
  next(
    { claims }: Presentation,
    generation: number,
    session: SessionRow | null = null,
  ): IssuedRefreshToken {
    return this.tokens.issue({
      userId: claims.sub,
      sessionId: claims.sid,
      generation,
      sessionEndsAtSeconds: sessionEndSeconds(claims, session),
      jkt: session === null ? boundKeyOf(claims) : session.jkt,
    });
  }

  /** The one that the row has, again. @param stamp what its seal held */
  again(
    { claims }: Presentation,
    session: SessionRow,
    stamp: RefreshTokenStamp,
  ): IssuedRefreshToken {
    const { sub: userId, sid: sessionId } = claims;
    const { generation, jkt } = session;
    const sessionEndsAtSeconds = sessionEndSeconds(claims, session);
    return this.tokens.write({ userId, sessionId, generation, sessionEndsAtSeconds, jkt }, stamp);
  }

  /**
   * What makes a successor the live one.
   *
   * @param liveHash the token that has to be the live one until then
   */
  swapOf(
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
      askedAtMs: this.clock.nowMs(),
      sentAtMs: new LateNumber(() => this.clock.nowMs()),
      expiresAtMs: successor.stamp.exp * 1000,
      sessionEndsAtMs: successor.place.sessionEndsAtSeconds * 1000,
    };
  }
}

/** Opens a row's seal. Only the parent can, so nobody else need try. */
export function openSealOf(
  session: SessionRow | null,
  presented: Presentation,
): RefreshTokenStamp | null {
  if (session?.sealedSuccessor == null) return null;
  if (session.parentGeneration !== presented.claims.gen) return null;
  const { token: parentToken, idempotencyKey } = presented;
  const successorHash = session.tokenHash;
  return openSuccessor(session.sealedSuccessor, { parentToken, idempotencyKey, successorHash });
}

/** Until when a session lasts, Unix seconds. */
function sessionEndSeconds(
  { session_exp }: RefreshTokenClaims,
  session: SessionRow | null,
): number {
  const rowsEnd = session?.absoluteExpiresAtMs ?? Number.POSITIVE_INFINITY;
  return Math.min(session_exp, Math.floor(rowsEnd / 1000));
}
