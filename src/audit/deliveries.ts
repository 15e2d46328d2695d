import { Logger } from '@nestjs/common';
import type { Clock } from '../clock.js';

/** A message as it is posted: the body, and headers that may depend on when that is. */
export interface Message {
  /** Asked at each attempt, and the same each time. */
  body(): string;
  /** @param nowMs of this attempt, Unix milliseconds */
  headers(nowMs: number): Readonly<Record<string, string>>;
}

/** How many messages wait for one receiver at most. */
export const MOST_UNDELIVERED = 1_000;

/** How long after an attempt that failed the next one is made; after the last of these a message is lost. Seconds. */
export const RETRY_SECONDS: readonly number[] = [5, 30, 120, 600, 3600];

/** How many messages are under way to one receiver at once. */
const AT_ONCE = 8;

/** Short enough for the attempts of a stop. */
const ANSWER_TIMEOUT_MS = 5_000;

interface Waiting {
  readonly message: Message;
  attempts: number;
  dueAtMs: number;
}

/**
 * Posts messages to one receiver, in no promised order, and again with longer and longer pauses. What waits in too
 * great a number, or too long, is lost and counted. No redirect is followed.
 */
export class Deliveries {
  private readonly logger = new Logger('AuthModule');
  private waiting: Waiting[] = [];
  private readonly to: string;
  private lost = 0;
  private stopped = false;
  private delivering: Promise<void> | null = null;

  /** @param isRefused whether an answer's status says that no repetition will do */
  constructor(
    private readonly url: string,
    private readonly isRefused: (status: number) => boolean,
    private readonly clock: Clock,
  ) {
    // The path may be a secret.
    this.to = new URL(url).origin;
  }

  add(message: Message): void {
    if (this.waiting.length >= MOST_UNDELIVERED) this.lost += 1;
    else this.waiting.push({ message, attempts: 0, dueAtMs: this.clock.nowMs() });
  }

  /** Posts what is due; one run at a time, so that nothing is under way twice. It never throws. */
  deliverDue(): Promise<void> {
    this.delivering ??= this.deliverAll().finally(() => {
      this.delivering = null;
    });
    return this.delivering;
  }

  /** Begins no further attempt. @returns how many messages are lost by that */
  stop(): number {
    this.stopped = true;
    return this.waiting.length;
  }

  private async deliverAll(): Promise<void> {
    for (let due = this.due(); due.length > 0; due = this.due()) {
      await Promise.all(due.map((one) => this.deliver(one)));
    }
    if (this.lost === 0) return;
    this.logger.warn(`${this.lost} messages to ${this.to} are lost`);
    this.lost = 0;
  }

  private due(): Waiting[] {
    if (this.stopped) return [];
    const nowMs = this.clock.nowMs();
    return this.waiting.filter(({ dueAtMs }) => dueAtMs <= nowMs).slice(0, AT_ONCE);
  }

  private async deliver(one: Waiting): Promise<void> {
    const status = await this.post(one.message);
    if (status !== null && status >= 200 && status < 300) return this.forget(one);
    const delay = RETRY_SECONDS[one.attempts];
    if (delay === undefined || (status !== null && this.isRefused(status))) {
      this.lost += 1;
      return this.forget(one);
    }
    one.attempts += 1;
    one.dueAtMs = this.clock.nowMs() + delay * 1000;
  }

  private forget(one: Waiting): void {
    this.waiting = this.waiting.filter((other) => other !== one);
  }

  /** @returns the status of the answer; null where there was none */
  private async post(message: Message): Promise<number | null> {
    try {
      const answer = await fetch(this.url, {
        method: 'POST',
        body: message.body(),
        headers: message.headers(this.clock.nowMs()),
        redirect: 'manual',
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      });
      await answer.body?.cancel();
      return answer.status;
    } catch {
      return null;
    }
  }
}
