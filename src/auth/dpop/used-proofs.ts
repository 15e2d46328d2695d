import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../clock.js';
import { InvalidDpopProofError } from '../../errors.js';
import type { DpopProof } from '../../tokens/dpop-proof.js';
import { hashOf } from '../../tokens/token-hash.js';
import { AUTH_CONFIG, type AuthConfig } from '../auth.options.js';
import { SharedStore } from '../shared-store.js';
import { type DpopReplays, ReplayMemory } from './replay-memory.js';

/** A request waits no longer for what the instances share. */
const ANSWER_MS = 500;

/** Lets each proof be used once: on this instance, and on all of them where they share a memory (`dpopReplays`). */
@Injectable()
export class UsedProofs {
  /** Anybody can make proofs for a login. They do not push out those of sessions. */
  private readonly ofLogins = new ReplayMemory();
  private readonly ofSessions = new ReplayMemory();
  private readonly shared = new SharedStore(ANSWER_MS, {
    alone: 'Used DPoP proofs are remembered by each instance alone: the shared memory failed',
    again: 'Used DPoP proofs are remembered for all instances again',
  });

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
    { jkt, jti }: Pick<DpopProof, 'jkt' | 'jti'>,
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

  private async claimShared(replays: DpopReplays, id: string, seconds: number): Promise<void> {
    const isFirst = await this.shared.ask(async () => replays.claim(id, seconds));
    if (isFirst === false) throw replayed();
  }
}

const replayed = () => new InvalidDpopProofError('The DPoP proof was used before', 'replayed');
