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
   * The claims of a token, remembered or else verified now.
   *
   * @param verify called for a token that is new here; what it throws is thrown, and nothing is remembered
   * @throws TokenExpiredError when it was genuine and has expired since
   */
  claimsOf(token: string, verify: (token: string) => AccessTokenClaims): AccessTokenClaims {
    const key = hash('sha256', token, 'base64');
    const known = this.claimsByHash.get(key);
    if (known !== undefined && known.exp * 1000 <= this.clock.nowMs()) {
      throw new TokenExpiredError('Access');
    }
    const claims = known ?? verify(token);
    if (known === undefined) this.claimsByHash.set(key, claims, { size: token.length });
    return claims;
  }
}
