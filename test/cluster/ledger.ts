import type { Answer } from '../standalone/vocabulary.js';

/** What the clients of one scenario have met with. */
export class Ledger {
  /** What the contract does not allow. */
  readonly fouls: string[] = [];
  private answers = 0;
  private unavailable = 0;
  private broken = 0;
  /** How long the slowest answer has taken. */
  longestMs = 0;
  private isClosed = false;

  /** Notes what must not happen. @returns what ends the client that has seen it */
  foul(what: string): Error {
    if (!this.isClosed) this.fouls.push(what);
    return new Foul(what);
  }

  noteWait(ms: number): void {
    this.answers += 1;
    this.longestMs = Math.max(this.longestMs, ms);
  }

  /** @param answer the 503, or null where the connection broke */
  noteRefusal(answer: Answer | null): void {
    if (this.isClosed) throw new Foul('The scenario is over');
    if (answer === null) this.broken += 1;
    else this.unavailable += 1;
  }

  /** Whoever is still asking gives up. */
  close(): void {
    this.isClosed = true;
  }

  summary(): string {
    const { answers, unavailable, broken, longestMs } = this;
    const seldom = `${unavailable} × 503, ${broken} broken off`;
    return `${answers} requests, ${seldom}, the longest ${seconds(longestMs)}`;
  }
}

/** Ends a client; what it says is in the ledger. */
export class Foul extends Error {}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
