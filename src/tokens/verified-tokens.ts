import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { CLOCK, type Clock } from '../clock.js';
import { TokenExpiredError } from '../errors.js';
import type { VerifyingKey } from '../keys/signing-key.js';
import type { AccessTokenClaims } from './access-token-codec.js';

const MAX_ENTRIES = 10_000;
/** Counted in characters of the tokens, whose claims take about as much again. */
const MAX_CHARACTERS = 16 * 1024 * 1024;

/** What is known of a token. */
export interface VerifiedToken {
  readonly claims: AccessTokenClaims;
  /** Unix seconds: at `exp` or earlier, see `AccessTokenCodec.endSecondsOf`. */
  readonly endsAtSeconds: number;
  /** The keys that there were when it was verified, see `AccessTokenCodec.acceptedKeys`. */
  readonly keys: readonly VerifyingKey[];
}

/**
 * Remembers the claims of verified access tokens, so that a client that sends the same token again
 * costs a look-up. Bounded in entries and in size. They are known by their text: V8 hashes that by a secret of the
 * process, in a tenth of the time of SHA-256.
 */
@Injectable()
export class VerifiedTokens {
  private readonly verified = new LRUCache<string, VerifiedToken>({
    max: MAX_ENTRIES,
    maxSize: MAX_CHARACTERS,
  });

  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  /**
   * @param keys those that there are now: with others its own may be gone
   * @returns the claims, or `undefined` when the token has to be verified (again)
   * @throws TokenExpiredError when it was genuine and has expired since
   */
  find(token: string, keys: readonly VerifyingKey[]): AccessTokenClaims | undefined {
    const known = this.verified.get(token);
    if (known === undefined || known.keys !== keys) return undefined;
    if (known.endsAtSeconds * 1000 <= this.clock.nowMs()) throw new TokenExpiredError('Access');
    return known.claims;
  }

  remember(token: string, verified: VerifiedToken): void {
    this.verified.set(token, verified, { size: token.length });
  }
}
