import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { answerWithin } from '../../clock.js';

/**
 * Counts failed attempts for all instances. Each takes its place before it is made and gives it back unless it
 * fails; what follows must be one step each, for instances ask at the same moment. `AuthModule` counts in the
 * memory of each instance besides, and goes by that alone while this fails or takes longer than 100 ms.
 */
export interface AttemptStore {
  /**
   * Takes a place under a key, where failures and attempts under way are fewer than `most`.
   *
   * @param key holds addresses, and user names as hashes without a secret: keep a MAC of it
   * @param windowSeconds how long failures count, from the first attempt under the key on
   */
  enter(key: string, most: number, windowSeconds: number): Promise<AttemptPlace>;
  /**
   * Ends an attempt that was let in; it becomes a failure, or its place is free again. Nobody waits for it.
   *
   * @param window the `window` of its place; when another has begun meanwhile, nothing is to be done
   */
  leave(key: string, window: string, failed: boolean): Promise<unknown>;
}

/** What became of asking for a place. */
export interface AttemptPlace {
  /** Whether it was given. */
  readonly entered: boolean;
  /** Names the window in which the attempt counts; no other window under that key has the same name. */
  readonly window: string;
  /** How many attempts are under way under that key, on all instances. */
  readonly underWay: number;
  /** Until the window ends. */
  readonly secondsLeft: number;
}

/** Ends an attempt that was let in, and says whether it failed. */
export type Leave = (failed: boolean) => void;

/** A login waits no longer for the store's answer. */
const ANSWER_MS = 100;
/** After a failure the store is left alone for so long. */
const SILENCE_MS = 5_000;
/** How long an attempt waits for those under way on other instances, and how often it asks for them. */
const OTHERS_MS = 5_000;
const ASK_AGAIN_MS = 50;

/** An {@link AttemptStore} that costs nothing when it is away, slow or hung. */
export class SharedAttempts {
  private readonly logger = new Logger('AuthModule');
  private silentUntilMs = -Infinity;
  private told = false;

  constructor(
    private readonly store: AttemptStore,
    private readonly windowSeconds: number,
  ) {}

  /**
   * @returns ends the attempt; or the seconds to wait, when the limit is reached; or null when the store does not
   *   say
   */
  async enter(key: string, most: number): Promise<Leave | number | null> {
    const latestMs = performance.now() + OTHERS_MS;
    for (;;) {
      const place = await this.placeOf(key, most);
      if (place === null) return null;
      if (place.entered) return (failed) => this.leave(key, place, failed);
      const mayYetSucceed = place.underWay > 0 && performance.now() < latestMs;
      if (!mayYetSucceed) return Math.max(1, place.secondsLeft);
      await pause(ASK_AGAIN_MS);
    }
  }

  private async placeOf(key: string, most: number): Promise<AttemptPlace | null> {
    if (performance.now() < this.silentUntilMs) return null;
    const given = Promise.resolve().then(() => this.store.enter(key, most, this.windowSeconds));
    try {
      const place = await answerWithin(ANSWER_MS, given, 'it does not answer');
      this.tellBack();
      return place;
    } catch (error) {
      this.fail(error);
      // It was taken all the same, perhaps, and nobody is there who will give it back.
      given.then(
        (place) => place.entered && this.leave(key, place, false),
        () => {},
      );
      return null;
    }
  }

  private leave(key: string, { window }: AttemptPlace, failed: boolean): void {
    Promise.resolve()
      .then(() => this.store.leave(key, window, failed))
      .catch((error: unknown) => this.fail(error));
  }

  private fail(error: unknown): void {
    this.silentUntilMs = performance.now() + SILENCE_MS;
    if (this.told) return;
    this.told = true;
    const why = error instanceof Error ? error.message : String(error);
    this.logger.warn(
      `Attempts are counted by each instance alone: the shared count failed (${why})`,
    );
  }

  private tellBack(): void {
    if (this.told) this.logger.log('Attempts are counted for all instances again');
    this.told = false;
  }
}
