import type { Log } from './log.js';
import { isParent, steal } from './relay.js';
import { thiefHasCopied, thiefIsAhead, thiefIsCaught, thiefIsOut } from './sentences.js';
import type { Stage } from './stage.js';
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

/** @param refreshUrl he needs nothing else to know */
export function createThief(refreshUrl: string, stage: Stage, log: Log): Thief {
  let loot: Token | null = null;
  let robbed = { generation: 0, startMs: 0 };

  const show = (note: string, isOver: boolean) =>
    stage.change((relay, nowMs) => steal(relay, { ...robbed, endMs: isOver ? nowMs : null, note }));

  const lose = () => {
    loot = null;
    show('caught', true);
  };

  const succeed = (successor: Token) => {
    loot = successor;
    show(`thief runs as ${successor.generation}`, false);
    log('bad', thiefIsAhead(successor, stage.pair?.refresh));
  };

  return {
    get hasCopy() {
      return loot !== null;
    },
    copy() {
      loot = stage.pair?.refresh ?? null;
      if (!loot) return;
      robbed = { generation: loot.generation, startMs: Date.now() };
      show(`a thief’s copy of ${loot.generation}`, false);
      log('warning', thiefHasCopied(loot.generation));
    },
    async use() {
      if (loot === null) return false;
      const { generation } = loot;
      const { successor, code } = await present(refreshUrl, loot);
      if (successor) succeed(successor);
      if (successor) return false;
      const isCovered = stage.graceLeftMs() > 0 && isParent(stage.relay, generation);
      lose();
      log('bad', thiefIsCaught(generation, code, isCovered));
      return true;
    },
    async tryInVain() {
      if (loot === null) return;
      const token = loot;
      lose();
      const { code } = await present(refreshUrl, token);
      log('good', thiefIsOut(token.generation, code));
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
