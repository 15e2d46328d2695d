import { Logger } from '@nestjs/common';
import { answerWithin } from '../clock.js';

/** After a failure the store is left alone for so long. */
const SILENCE_MS = 5_000;

/** What a store that all instances share is called where it fails, and where it is back. */
export interface StoreSentences {
  readonly alone: string;
  readonly again: string;
}

/** Asks what all instances share, so that it costs nothing when it is away, slow or hung. */
export class SharedStore {
  private readonly logger = new Logger('AuthModule');
  private silentUntilMs = -Infinity;
  private told = false;

  /** @param withinMs how long a request waits for an answer */
  constructor(
    private readonly withinMs: number,
    private readonly sentences: StoreSentences,
  ) {}

  /**
   * @param late is given an answer that came when nobody waited for it any more
   * @returns null while the store fails; this instance then goes by what it knows itself
   */
  async ask<Answer>(
    question: () => Promise<Answer>,
    late: (answer: Answer) => void = () => {},
  ): Promise<Answer | null> {
    if (performance.now() < this.silentUntilMs) return null;
    const given = Promise.resolve().then(question);
    try {
      const answer = await answerWithin(this.withinMs, given, 'it does not answer');
      this.tellBack();
      return answer;
    } catch (error) {
      this.fail(error);
      given.then(late, () => {});
      return null;
    }
  }

  /** Tells it something; nobody waits for that. */
  tell(message: () => Promise<unknown>): void {
    Promise.resolve()
      .then(message)
      .catch((error: unknown) => this.fail(error));
  }

  private fail(error: unknown): void {
    this.silentUntilMs = performance.now() + SILENCE_MS;
    if (this.told) return;
    this.told = true;
    const why = error instanceof Error ? error.message : String(error);
    this.logger.warn(`${this.sentences.alone} (${why})`);
  }

  private tellBack(): void {
    if (this.told) this.logger.log(this.sentences.again);
    this.told = false;
  }
}
