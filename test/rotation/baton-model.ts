/** What presenting a genuine refresh token comes to. */
export type Outcome = 'rotate' | 'replay' | 'recover' | 'token_reused' | 'session_revoked';

/** The rules of one model. */
export interface BatonRules {
  readonly graceMs: number;
  readonly recovery: boolean;
  /** 0 is no limit. */
  readonly maxRecoveries: number;
}

/**
 * The protocol as contract.md tells it, over generations alone: it knows of no rows, hashes, seals or
 * statements. The services are compared with it, step by step.
 */
export class BatonModel {
  /** The generation of the live token. */
  live = 0;
  over = false;
  private used = false;
  private readonly withdrawn = new Set<number>();
  private recoveries = 0;
  private parent: { generation: number; key: string | null; handedOnAtMs: number } | null = null;

  constructor(private readonly rules: BatonRules) {}

  /** The generation of the live token's parent. */
  get parentGeneration(): number | null {
    return this.parent?.generation ?? null;
  }

  /** Somebody presents the token of a generation. */
  present(generation: number, key: string | null, nowMs: number): Outcome {
    if (this.over) return 'session_revoked';
    if (generation === this.live) return this.handOn('rotate', generation, key, nowMs);
    const { parent } = this;
    if (parent?.generation !== generation || parent.key !== key) return this.revoke();
    if (nowMs < parent.handedOnAtMs + this.rules.graceMs) return 'replay';
    if (this.used || !this.mayRecover()) return this.revoke();
    this.withdrawn.add(this.live);
    return this.handOn('recover', generation, key, nowMs);
  }

  /**
   * Somebody uses an access token of a generation. One that was withdrawn lets them in this once and ends the
   * session.
   *
   * @returns whether it lets them in
   */
  use(generation: number): boolean {
    const letsIn = !this.over;
    if (generation === this.live) this.used = true;
    if (this.withdrawn.has(generation)) this.over = true;
    return letsIn;
  }

  end(): void {
    this.over = true;
  }

  private handOn(
    how: 'rotate' | 'recover',
    generation: number,
    key: string | null,
    nowMs: number,
  ): Outcome {
    this.recoveries = how === 'recover' ? this.recoveries + 1 : 0;
    this.parent = { generation, key, handedOnAtMs: nowMs };
    this.live += 1;
    this.used = false;
    return how;
  }

  private mayRecover(): boolean {
    const { recovery, maxRecoveries } = this.rules;
    return recovery && (maxRecoveries === 0 || this.recoveries < maxRecoveries);
  }

  private revoke(): Outcome {
    this.over = true;
    return 'token_reused';
  }
}
