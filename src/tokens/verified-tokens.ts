import { Inject, Injectable } from '@nestjs/common';
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { CLOCK, type Clock } from '../clock.js';
import { TokenExpiredError } from '../errors.js';
import type { AccessTokenClaims } from './access-token.js';

const MAX_ENTRIES = 10_000;
/** Counted in characters of the tokens, whose claims take about as much again. */
const MAX_CHARACTERS = 16 * 1024 * 1024;

/**
 * Remembers the claims of verified access tokens, so that a client that sends the same token again
 * costs a look-up. Bounded in entries and in size; a token is known by the hash of its every byte.
 */
@Injectable()
export class VerifiedTokens {
  private readonly claimsByHash = new LRUCache<string, AccessTokenClaims>({
    max: MAX_ENTRIES,
    maxSize: MAX_CHARACTERS,
  });

  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  /**
   * @returns the claims, or `undefined` when the token has to be verified (again)
   * @throws TokenExpiredError when it was genuine and has expired since
   */
  find(token: string): AccessTokenClaims | undefined {
    const claims = this.claimsByHash.get(keyOf(token));
    if (claims !== undefined && claims.exp * 1000 <= this.clock.nowMs()) {
      throw new TokenExpiredError('Access');
    }
    return claims;
  }

  remember(token: string, claims: AccessTokenClaims): void {
    this.claimsByHash.set(keyOf(token), claims, { size: token.length });
  }
}

function keyOf(token: string): string {
  return hash('sha256', token, 'base64');
}
