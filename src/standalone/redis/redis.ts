import { Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { createClient } from '@redis/client';
import { answerWithin, repeatEvery } from '../../clock.js';

const CONNECT_MS = 2_000;
/** How often each connection is asked whether it lives, and how long it may take to say so. */
const PING_MS = 1_000;
/** Between attempts to connect: the first pause, doubled each time, and the longest. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;
/** Commands that wait for an answer at once; one more is refused, for then there is none to be expected. */
const MOST_UNANSWERED = 10_000;

/** What a server logs once, until Redis is back. */
const WITHOUT =
  'revocations come to other instances by the poll, and each counts attempts and remembers DPoP proofs alone';

/**
 * Two connections to Redis, one for commands and one that listens. They are made, and made again, beside
 * everything else: nothing waits for them, and a command without a connection fails at once.
 */
export class Redis implements OnModuleInit, OnApplicationShutdown {
  readonly commands;
  private readonly subscriber;
  private readonly logger = new Logger('Redis');
  private told = false;
  private stopped = false;
  private stops: readonly (() => void)[] = [];

  constructor(url: string) {
    const options = {
      url,
      RESP: 2,
      commandsQueueMaxLength: MOST_UNANSWERED,
      disableOfflineQueue: true,
      maintNotifications: 'disabled',
      disableClientInfo: true,
      socket: {
        connectTimeout: CONNECT_MS,
        socketTimeout: 5 * PING_MS,
        reconnectStrategy: pauseMs,
      },
    } as const;
    this.commands = createClient(options);
    this.subscriber = createClient(options);
  }

  get isUp(): boolean {
    return this.commands.isReady && this.subscriber.isReady;
  }

  /** Begins to connect; the start goes on meanwhile. */
  onModuleInit(): void {
    this.stops = [this.commands, this.subscriber].map((client) => {
      client.on('error', (error: unknown) => this.tellLost(error));
      client.on('ready', () => this.tellBack());
      const connect = (): void => {
        void client.connect().catch((error: unknown) => this.tellLost(error));
      };
      connect();
      return repeatEvery(
        PING_MS,
        async () => {
          if (!client.isOpen) connect();
          // A connection that ends says so itself, and is made again by the client.
          const ping = client.isReady ? client.ping().catch(() => {}) : Promise.resolve();
          await answerWithin(PING_MS, ping, 'it does not answer');
        },
        (error) => {
          this.tellLost(error);
          if (this.stopped || !client.isReady) return;
          client.destroy();
          connect();
        },
      );
    });
  }

  /** Sends a message to whoever listens now; without a connection, to nobody. */
  publish(channel: string, message: string): void {
    if (!this.commands.isReady) return;
    void this.commands.publish(channel, message).catch((error: unknown) => this.tellLost(error));
  }

  /** Listens on this connection, once there is one, and on each later one. */
  listen(channel: string, receive: (message: string) => void): void {
    const { subscriber } = this;
    const begin = (): void => {
      void subscriber.subscribe(channel, receive).catch((error: unknown) => this.tellLost(error));
    };
    subscriber.on('ready', begin);
    if (subscriber.isReady) begin();
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    for (const stop of this.stops) stop();
    for (const client of [this.commands, this.subscriber]) client.destroy();
  }

  /** Once, until it is back. */
  private tellLost(error: unknown): void {
    if (this.told || this.stopped) return;
    this.told = true;
    this.logger.warn(`Redis is away (${causeOf(error)}): ${WITHOUT}`);
  }

  private tellBack(): void {
    if (!this.told || !this.isUp) return;
    this.told = false;
    this.logger.log('Redis is back');
  }
}

/** A name with several addresses fails with one error for all of them, whose message is empty. */
function causeOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(causeOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}

/** Differs from instance to instance, so that they do not all come at once. */
function pauseMs(retries: number): number {
  const longestMs = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(retries, 10), LONGEST_PAUSE_MS);
  return Math.ceil(longestMs * (0.5 + Math.random() / 2));
}
