import { inTurn } from '../lock.js';
import type { BatonStorage } from '../storage.js';

/** Keeps the session for as long as the program runs: for tests, and where nothing may be left behind. */
export function memoryStorage(): BatonStorage {
  let stored: string | null = null;
  return {
    read: () => stored,
    write: (value) => {
      stored = value;
    },
    remove: () => {
      stored = null;
    },
    lock: { run: inTurn() },
  };
}
