import { type Theft, isParent, steal } from './relay.js';
import {
  THIEF_FINDS_NOTHING,
  thiefHasCopied,
  thiefIsAhead,
  thiefIsCaught,
  thiefIsOut,
} from './sentences.js';
import type { Stage } from './stage.js';
import type { Story } from './story.js';
import { type Token, tokensIn } from './tokens.js';

/** Somebody who has nothing but a copy of the refresh token. */
export interface Thief {
  readonly hasCopy: boolean;
  copy(): void;
  /** Refreshes with the copy. @returns whether that ended the session */
  use(): Promise<boolean>;
  /** Tries once more after the session's end, if he still hopes. */
  tryInVain(): Promise<void>;
  leave(): void;
}

const NOBODY = { generation: 0, startMs: 0, own: null };

/** @param refreshUrl he needs nothing else to know */
export function createThief(refreshUrl: string, stage: Stage, { tell }: Story): Thief {
  let loot: Token | null = null;
  let robbed: Omit<Theft, 'endMs' | 'note'> = NOBODY;
  const show = (note: string, isOver: boolean) =>
    stage.change((relay, nowMs) => steal(relay, { ...robbed, endMs: isOver ? nowMs : null, note }));

  const lose = () => {
    loot = null;
    show('caught', true);
  };

  const runOn = (successor: Token) => {
    loot = successor;
    robbed = { ...robbed, own: { generation: successor.generation, startMs: Date.now() } };
    show('the thief runs', false);
    tell('bad', thiefIsAhead(successor, stage.pair?.refresh ?? null));
    return false;
  };

  return {
    get hasCopy() {
      return loot !== null;
    },
    copy() {
      loot = stage.pair?.refresh ?? null;
      if (!loot) return tell('good', THIEF_FINDS_NOTHING);
      robbed = { generation: loot.generation, startMs: Date.now(), own: null };
      show(`a thief’s copy of ${loot.generation}`, false);
      tell('warning', thiefHasCopied(loot.generation));
    },
    async use() {
      if (loot === null) return false;
      const { generation } = loot;
      const { successor, code } = await present(refreshUrl, loot);
      if (successor) return runOn(successor);
      lose();
      const isCovered = stage.graceLeftMs() > 0 && isParent(stage.relay, generation);
      tell('bad', thiefIsCaught(generation, code, isCovered));
      return true;
    },
    async tryInVain() {
      if (loot === null) return;
      const token = loot;
      lose();
      const { code } = await present(refreshUrl, token);
      tell('good', thiefIsOut(token.generation, code));
    },
    leave: () => (loot = null),
  };
}

async function present(url: string, token: Token) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ refresh_token: token.text }),
  });
  const text = await response.text();
  const code = /"error":"(\w+)"/.exec(text)?.[1] ?? `status ${response.status}`;
  return { successor: tokensIn(text)?.refresh, code };
}
