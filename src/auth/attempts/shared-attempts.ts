import { setTimeout as pause } from 'node:timers/promises';
import { SharedStore } from '../shared-store.js';

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
/** How long an attempt waits for those under way on other instances, and how often it asks for them. */
const OTHERS_MS = 5_000;
const ASK_AGAIN_MS = 50;

/** Attempts in an {@link AttemptStore}. */
export class SharedAttempts {
  private readonly shared = new SharedStore(ANSWER_MS, {
    alone: 'Attempts are counted by each instance alone: the shared count failed',
    again: 'Attempts are counted for all instances again',
  });

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

  private placeOf(key: string, most: number): Promise<AttemptPlace | null> {
    return this.shared.ask(
      async () => this.store.enter(key, most, this.windowSeconds),
      // It was taken all the same, and nobody is there who will give it back.
      (place) => place.entered && this.leave(key, place, false),
    );
  }

  private leave(key: string, { window }: AttemptPlace, failed: boolean): void {
    this.shared.tell(async () => this.store.leave(key, window, failed));
  }
}
