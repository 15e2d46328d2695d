import { Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK, type Clock, answerWithin } from '../../clock.js';
import { InvalidDpopProofError } from '../../errors.js';
import type { DpopProof } from '../../tokens/dpop-proof.js';
import { hashOf } from '../../tokens/token-hash.js';
import { AUTH_CONFIG, type AuthConfig } from '../auth.options.js';
import { type DpopReplays, ReplayMemory } from './replay-memory.js';

/** How long a request waits for what the instances share. Without an answer, what this one remembers has to do. */
const SHARED_MS = 500;

/** Lets each proof be used once: on this instance, and on all of them where they share a memory (`dpopReplays`). */
@Injectable()
export class UsedProofs {
  private readonly logger = new Logger('AuthModule');
  /** Anybody can make proofs for a login. They do not push out those of sessions. */
  private readonly ofLogins = new ReplayMemory();
  private readonly ofSessions = new ReplayMemory();
  private isFailing = false;

  constructor(
    @Inject(AUTH_CONFIG) private readonly config: AuthConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @param untilSeconds when the proof is too old to be used in any case, Unix seconds
   * @param isOfSession whether it is by the key that a session is bound to
   * @returns a promise only where another memory has to be asked
   * @throws InvalidDpopProofError when it was used before
   */
  claim(
    { jkt, jti }: DpopProof,
    untilSeconds: number,
    isOfSession: boolean,
  ): Promise<void> | undefined {
    const id = hashOf(`${jkt}.${jti}`);
    const memory = isOfSession ? this.ofSessions : this.ofLogins;
    const nowMs = this.clock.nowMs();
    // The very millisecond in which it ends is its last.
    if (!memory.claim(id, untilSeconds * 1000 + 1, nowMs)) throw replayed();
    const { dpopReplays } = this.config.dpop;
    if (dpopReplays === undefined) return undefined;
    return this.claimShared(dpopReplays, id, Math.ceil(untilSeconds - nowMs / 1000) + 1);
  }

  private async claimShared(shared: DpopReplays, id: string, seconds: number): Promise<void> {
    if (!(await this.isFirst(shared, id, seconds))) throw replayed();
  }

  /** A failure is told once, until something has succeeded. */
  private async isFirst(shared: DpopReplays, id: string, seconds: number): Promise<boolean> {
    try {
      const asked = async () => shared.claim(id, seconds);
      const isFirst = await answerWithin(SHARED_MS, asked(), 'it does not answer');
      this.isFailing = false;
      return isFirst;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!this.isFailing) {
        this.logger.warn(`Used DPoP proofs are remembered by this instance alone: ${message}`);
      }
      this.isFailing = true;
      return true;
    }
  }
}

const replayed = () => new InvalidDpopProofError('The DPoP proof was used before', 'replayed');
