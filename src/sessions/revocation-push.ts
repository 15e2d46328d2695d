import { Logger, type OnApplicationBootstrap } from '@nestjs/common';
import * as v from 'valibot';
import type { Clock } from '../clock.js';
import type { AuthEvents } from '../events.js';
import type { PushedRevocation, RevocationFeed } from './revocation-feed.js';
import type { RevocationList } from './revocation-list.js';
import { isSessionId } from './storable-session.js';

/** How many revocations go into one message: a `logout/all` of 10,000 sessions is ten. */
const MOST_IN_A_MESSAGE = 1_000;

const messageSchema = v.pipe(
  v.array(
    v.object({
      sessionId: v.custom<string>(isSessionId),
      revokedAtMs: v.pipe(v.number(), v.safeInteger()),
    }),
  ),
  v.maxLength(MOST_IN_A_MESSAGE),
);

/** Tells the other instances what this one has revoked, and hears of theirs, where there is a feed. */
export class RevocationPush implements OnApplicationBootstrap {
  private readonly logger = new Logger('AuthModule');
  private pending: PushedRevocation[] = [];
  private failing = false;

  constructor(
    private readonly feed: RevocationFeed | null,
    private readonly revocations: RevocationList,
    private readonly events: AuthEvents,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    const { feed } = this;
    if (feed === null) return;
    this.events.on('session.revoked').subscribe(({ sessionId, atMs: revokedAtMs }) => {
      if (this.pending.length === 0) queueMicrotask(() => this.send(feed));
      this.pending.push({ sessionId, revokedAtMs });
    });
    this.attempt(() => feed.subscribe((message) => this.receive(message)));
  }

  /** What was revoked in one go is told in one. */
  private send(feed: RevocationFeed): void {
    const revoked = this.pending;
    this.pending = [];
    for (let sent = 0; sent < revoked.length; sent += MOST_IN_A_MESSAGE) {
      this.attempt(() => feed.publish(revoked.slice(sent, sent + MOST_IN_A_MESSAGE)));
    }
  }

  /** A time that has not come yet would be kept until it has. */
  private receive(message: unknown): void {
    const parsed = v.safeParse(messageSchema, message);
    if (!parsed.success) return;
    for (const { sessionId, revokedAtMs } of parsed.output) {
      this.revocations.add(sessionId, Math.min(revokedAtMs, this.clock.nowMs()), null);
    }
  }

  /** Does not wait; a failure is told once, until something has succeeded. */
  private attempt(task: () => void | Promise<void>): void {
    const tried = async (): Promise<void> => {
      await task();
      this.failing = false;
    };
    void tried().catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      if (!this.failing) this.logger.warn(`Revocations are not pushed: ${message}`);
      this.failing = true;
    });
  }
}
