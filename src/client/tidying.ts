import type { AuthApi } from './auth-api.js';
import { TIDYING_PAUSE_MS } from './bounds.js';
import type { BatonClock } from './clock.js';
import type { Exclusively } from './exclusive.js';
import { inTurn } from './lock.js';
import type { SessionStore } from './session-store.js';

/** Does later what could not be done at once. */
export interface Tidying {
  /** Tells the server of ended sessions and writes what could not be written. Never throws; tries again later. */
  readonly tidy: () => Promise<void>;
  /** Tidies after a pause; the timer holds no process open. */
  readonly tidyLater: () => void;
  /** Tells the server of ended sessions. @returns the ids of those that it now knows of */
  readonly tell: () => Promise<string[]>;
  /** Takes the timer away. */
  readonly stop: () => void;
}

/** @param isOver whether nothing is tried any more */
export function createTidying(
  store: SessionStore,
  api: AuthApi,
  isCookie: boolean,
  exclusively: Exclusively,
  clock: BatonClock,
  isOver: () => boolean,
): Tidying {
  const oneByOne = inTurn();
  let cancel: (() => void) | undefined;

  const isUntidy = () => store.isUnsaved || store.record.ended.length;

  const tell = async (): Promise<string[]> => {
    const told: string[] = [];
    for (const ended of store.record.ended)
      if (await api.signOut(ended)) told.push(ended.session_id);
    return told;
  };

  const tidy = () =>
    oneByOne(async () => {
      if (isOver() || !isUntidy()) return;
      // The answer takes the browser's cookie away: whose sign-in is in between would lose theirs.
      const told = await (isCookie ? exclusively(tell) : tell());
      await exclusively(() =>
        store.update(
          ({ ended }) =>
            !!told.length && { ended: ended.filter(({ session_id: id }) => !told.includes(id)) },
        ),
      );
      if (isUntidy()) tidyLater();
    });

  const tidyLater = () => {
    cancel?.();
    if (isOver()) return;
    const pauseMs = TIDYING_PAUSE_MS * (1 + Math.random());
    cancel = clock.setTimeout(tidy, pauseMs, true);
  };

  return { tidy, tidyLater, tell, stop: () => cancel?.() };
}
