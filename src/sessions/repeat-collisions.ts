import { setTimeout as sleep } from 'node:timers/promises';
import { faultOf } from '../database-fault.js';

/** How long is tried again: with the last try's own deadline it stays below the grace period of 10 s. */
const REPEATED_FOR_MS = 3_000;

/** Whoever collided waits a moment, no two for the same time. */
const LONGEST_PAUSE_MS = 50;

/**
 * Repeats what the database undid because of somebody else's statement: a serialisation failure, a deadlock, a
 * certification of Galera that failed. Nothing of it was applied, and each of our statements says itself on what
 * it depends, so that a swap which has meanwhile been lost is found to be lost.
 *
 * @throws what the last try has thrown
 */
export async function repeatCollisions<Answer>(run: () => Promise<Answer>): Promise<Answer> {
  for (const untilMs = performance.now() + REPEATED_FOR_MS; ;) {
    try {
      return await run();
    } catch (error) {
      if (!faultOf(error).isCollision || performance.now() > untilMs) throw error;
      await sleep(Math.random() * LONGEST_PAUSE_MS);
    }
  }
}
