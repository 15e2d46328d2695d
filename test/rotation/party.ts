import type { TokenPairBody } from 'nestjs-baton';
import type { Answer, Race } from './race.js';

/**
 * A client that keeps to the protocol: it keeps the old token until it has stored the new one, and only
 * then uses what came with it.
 */
export class Party {
  /** Every token that it has presented. */
  readonly presented = new Set<string>();
  /** Every pair that it ever held, those whose responses were lost on the way to its storage included. */
  readonly got: TokenPairBody[];

  /**
   * @param stored the pair that it holds
   * @param name binds its repeats by an `Idempotency-Key`, one for each token; `null` sends none
   */
  constructor(
    private readonly race: Race,
    public stored: TokenPairBody,
    private readonly name: string | null = null,
  ) {
    this.got = [stored];
  }

  /** Refreshes and stores what it gets. */
  async refresh(): Promise<Answer> {
    const answer = await this.lose();
    if (answer.pair !== null) this.stored = answer.pair;
    return answer;
  }

  /** Refreshes, and the response is lost. */
  async lose(): Promise<Answer> {
    const token = this.stored.refresh_token;
    this.presented.add(token);
    const key = this.name === null ? null : `${this.name}: ${token}`;
    const answer = await this.race.present(token, key);
    if (answer.pair !== null) this.got.push(answer.pair);
    return answer;
  }

  /** Refreshes in several tabs at the same moment; the last to be answered stores what it got. */
  async refreshInTabs(tabs: number): Promise<Answer[]> {
    const answers = await Promise.all(Array.from({ length: tabs }, () => this.lose()));
    this.stored = answers.at(-1)?.pair ?? this.stored;
    return answers;
  }

  use(): Promise<boolean> {
    return this.race.use(this.stored);
  }

  /** Uses every pair that it ever held, as no owner does. */
  async useAll(): Promise<void> {
    for (const pair of this.got) await this.race.use(pair);
  }

  /** Takes a copy of all that another party has stored. */
  steal(from: Party): void {
    this.stored = from.stored;
    this.got.push(from.stored);
  }
}
