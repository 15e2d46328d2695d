import { UnavailableError } from '../errors.js';
import { ConnectionTakenError } from './connection-taken.js';

/** How long a statement waits for the connection. Well below the grace period of 10 s. */
export const PATIENCE_MS = 5_000;

/** How often is looked whether the connection is free; nobody tells when another process lets go of a file. */
export const POLL_MS = 10;

/** Somebody who waits for an answer. */
interface Waiting<Question, Answer> {
  readonly question: Question;
  /** When the waiting ends in vain, on the monotonic clock. */
  readonly untilMs: number;
  readonly resolve: (answer: Answer | Promise<Answer>) => void;
  readonly reject: (reason: unknown) => void;
}

/** Those who wait for a connection that there is one of. The event loop goes on meanwhile. */
export class WaitingLine<Question, Answer> {
  private waiting: Waiting<Question, Answer>[] = [];
  private poll: NodeJS.Timeout | undefined;

  /**
   * @param answerAll answers whoever has come within one turn of the event loop; when it fails, it must have
   * changed nothing
   * @throws ConnectionTakenError from `answerAll` when it is not the time
   */
  constructor(
    private readonly answerAll: (
      questions: readonly Question[],
    ) => readonly (Answer | Promise<Answer>)[],
  ) {}

  /** @throws UnavailableError when the connection was not free in time; nothing was done then */
  ask(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.waiting.length === 0) setImmediate(() => this.serve());
      const untilMs = performance.now() + PATIENCE_MS;
      this.waiting.push({ question, untilMs, resolve, reject });
    });
  }

  /** Answers everybody, if the connection is free. For whoever knows that it has just become so. */
  serve(): void {
    const all = this.waiting;
    this.waiting = [];
    if (all.length > 0) this.answer(all);
  }

  /** What fails for all together is tried for each alone, so that nobody fails for somebody else's sake. */
  private answer(all: readonly Waiting<Question, Answer>[]): void {
    try {
      const answers = this.answerAll(all.map(({ question }) => question));
      answers.forEach((answer, place) => all[place]?.resolve(answer));
    } catch (error) {
      if (error instanceof ConnectionTakenError) this.waitOn(all, error);
      else if (all.length === 1) all[0]?.reject(error);
      else for (const one of all) this.answer([one]);
    }
  }

  private waitOn(all: readonly Waiting<Question, Answer>[], taken: ConnectionTakenError): void {
    const nowMs = performance.now();
    for (const one of all) {
      if (one.untilMs > nowMs) this.waiting.push(one);
      else one.reject(new UnavailableError(taken.message, taken.cause));
    }
    if (this.waiting.length === 0) return;
    this.poll ??= setTimeout(() => {
      this.poll = undefined;
      this.serve();
    }, POLL_MS);
  }
}
