import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type BeforeApplicationShutdown,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { CLOCK, type Clock, repeatEvery } from '../clock.js';
import { SETTINGS, type Settings } from '../options.js';
import { SeenTokens } from './seen-tokens.js';
import { DatabaseClock } from './database-clock.js';
import { ExpiredSessionSweeper } from './expired-session-sweeper.js';
import { RevocationList } from './revocation-list.js';
import { RevocationService } from './revocation.service.js';

/** Half of what the contract allows, so that what was seen in use is with every instance within a second. */
const FLUSH_INTERVAL_MS = 500;
/** Asked twice in the time that a revocation may take to be known here, for the asking takes time as well. */
const POLLS_PER_INTERVAL = 2;
const SWEEP_INTERVAL_MS = 10 * 60 * 1000;
/** Whether or not revocations are polled: a database that others took over has another clock. */
const MEASURE_INTERVAL_MS = 1000;
/** How far the machine's clock may be from the database's, or move against it, before somebody is told. */
const TOLD_OFFSET_MS = 60_000;

/**
 * What happens beside the requests: the time, the feed of revocations, the tokens seen in use, the sweep.
 * Where no server listens, a script or a seeder, the database is asked only as long as somebody asks the module:
 * a poll would keep the pool's connections in use, and they the process alive.
 */
@Injectable()
export class BackgroundTasks
  implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  private readonly logger = new Logger('AuthModule');
  private stops: readonly (() => void)[] = [];
  private stopping = false;
  private toldOffsetMs = 0;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly revocations: RevocationList,
    private readonly seenTokens: SeenTokens,
    private readonly revoked: RevocationService,
    private readonly sweeper: ExpiredSessionSweeper,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly databaseClock: DatabaseClock,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  /** The time, and what was revoked before the start, are known before the first request comes in. */
  async onApplicationBootstrap(): Promise<void> {
    if (this.clock === this.databaseClock) await this.keepTime();
    this.stops = [
      ...this.stops,
      this.repeat(
        FLUSH_INTERVAL_MS,
        this.toldOnce(() => this.seenTokens.flush()),
      ),
      this.repeat(
        FLUSH_INTERVAL_MS,
        this.toldOnce(() => this.revoked.settle()),
      ),
      this.repeat(
        SWEEP_INTERVAL_MS,
        this.toldOnce(async () => void (await this.sweeper.sweep())),
      ),
    ];
    if (this.settings.revocation !== 'cached') return;
    const poll = this.toldOnce(() => this.revocations.refresh());
    const intervalMs = (this.settings.revocationPollSeconds * 1000) / POLLS_PER_INTERVAL;
    const keepUp = async () => {
      if (this.isListening() || this.revocations.wasAskedLately()) await poll();
      else this.revocations.pause();
    };
    this.stops = [...this.stops, this.repeat(intervalMs, keepUp)];
    await poll();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.seenTokens.flush().catch((error: unknown) => this.warn(error));
    this.stopping = true;
  }

  /** Once more for the requests that were still under way, unless the database is closed already. */
  async onApplicationShutdown(): Promise<void> {
    for (const stop of this.stops) stop();
    await this.seenTokens.flush().catch(() => {});
  }

  /** An application's own clock is believed as it is; the database's is asked for. */
  private async keepTime(): Promise<void> {
    const measure = this.toldOnce(async () => {
      await this.databaseClock.measure();
      this.tellOffset(this.databaseClock.offsetMs);
    });
    const keepRight = async () => {
      if (this.isListening() || this.databaseClock.wasRead()) await measure();
    };
    this.stops = [this.repeat(MEASURE_INTERVAL_MS, keepRight)];
    await measure();
  }

  /** Once for each change, not at each measurement. */
  private tellOffset(offsetMs: number): void {
    if (Math.abs(offsetMs - this.toldOffsetMs) <= TOLD_OFFSET_MS) return;
    this.toldOffsetMs = offsetMs;
    const direction = offsetMs < 0 ? 'ahead of' : 'behind';
    const seconds = Math.round(Math.abs(offsetMs) / 1000);
    this.logger.warn(
      `This machine's clock is ${seconds} s ${direction} the database's, which is the one that counts`,
    );
  }

  /** An application context has no adapter, and a microservice no server of HTTP. */
  private isListening(): boolean {
    const server: unknown = this.adapterHost.httpAdapter?.getHttpServer();
    return (
      typeof server === 'object' && server !== null && Reflect.get(server, 'listening') === true
    );
  }

  private repeat(intervalMs: number, task: () => Promise<void>): () => void {
    return repeatEvery(intervalMs, task, (error) => this.warn(error));
  }

  /** What a task fails of is told once, until it has succeeded: a database may be away for hours. */
  private toldOnce(task: () => Promise<void>): () => Promise<void> {
    let told: string | null = null;
    return async () => {
      try {
        await task();
        told = null;
      } catch (error) {
        if (messageOf(error) !== told) this.warn(error);
        told = messageOf(error);
      }
    };
  }

  /** A task that finds the database closed at a stop is nothing to warn of. */
  private warn(error: unknown): void {
    if (this.stopping) return;
    this.logger.warn(messageOf(error));
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
