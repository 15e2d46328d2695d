import { isDeepStrictEqual } from 'node:util';
import type { Row } from './database.js';

/** A refresh token in somebody's hands, and how it went. */
export interface Presentation {
  readonly party: string;
  readonly instance: string;
  readonly sessionId: string;
  readonly generation: number;
  readonly hash: string;
  readonly key: string | null;
  readonly expiresMs: number;
  readonly arrivedMs: number;
  /** When it was answered; infinity until then, and for ever where the process died. */
  endedMs: number;
}

/** An access token that let somebody in. */
export interface Use {
  readonly instance: string;
  readonly sessionId: string;
  readonly generation: number;
  readonly atMs: number;
}

/** What was true of a session from some moment until the next. */
export interface State {
  readonly fromMs: number;
  /** The row; null when it was lost, or is not there yet. */
  readonly row: Row | null;
  /** What the live token was handed out for; null until the first rotation. */
  readonly parent: Presentation | null;
  /** When the live token was made the live one, by the database. */
  readonly rotatedMs: number;
  readonly withdrawn: ReadonlySet<number>;
  /** Which instance wrote this; null where its process was dead by then, or nobody did. */
  readonly instance: string | null;
}

const NONE: State = {
  fromMs: 0,
  row: null,
  parent: null,
  rotatedMs: 0,
  withdrawn: new Set(),
  instance: null,
};

/** The whole past of one session. */
export interface History {
  readonly states: State[];
  /** When fail-overs lost something of it. */
  readonly rollbacks: number[];
}

export const lastOf = ({ states }: History): State => states.at(-1) ?? NONE;

/** What was in force at some time within [`fromMs`, `untilMs`], with that time. */
export function statesWithin({ states }: History, fromMs: number, untilMs: number) {
  return states.flatMap((state, at) => {
    const endMs = states[at + 1]?.fromMs ?? Number.POSITIVE_INFINITY;
    if (endMs < fromMs || state.fromMs > untilMs) return [];
    return [{ state, fromMs: Math.max(fromMs, state.fromMs), untilMs: Math.min(untilMs, endMs) }];
  });
}

/** Writes down what becomes of the rows, by looking at them after each statement. */
export class Ledger {
  readonly histories = new Map<string, History>();
  private kept = new Map<string, State>();

  constructor(
    private readonly nowMs: () => number,
    private readonly tell: (row: Row, what: string) => void,
  ) {}

  historyOf(sessionId: string): History {
    const history = this.histories.get(sessionId) ?? { states: [], rollbacks: [] };
    this.histories.set(sessionId, history);
    return history;
  }

  /** `B3`: the token of generation 3 of the second session. */
  labelOf(sessionId: string, generation: number): string {
    this.historyOf(sessionId);
    const at = [...this.histories.keys()].indexOf(sessionId);
    return `${String.fromCodePoint(65 + (at % 26))}${generation}`;
  }

  /** @param by the presentation that the statement belongs to, if it does @returns the sessions that changed */
  note(rows: readonly Row[], instance: string | null, by: Presentation | null): State[] {
    return rows.flatMap((row) => {
      const history = this.historyOf(row.id);
      const before = lastOf(history);
      if (isDeepStrictEqual({ ...before.row }, { ...row })) return [];
      const state = this.after(before, row, instance, by);
      history.states.push(state);
      this.tell(row, whatHappened(before, row));
      return [state];
    });
  }

  /** A standby has heard of everything so far. */
  keep(): void {
    this.kept = new Map([...this.histories].map(([id, history]) => [id, lastOf(history)]));
  }

  /** The standby takes over. */
  rollBack(): void {
    const fromMs = this.nowMs();
    for (const [id, history] of this.histories) {
      const kept = this.kept.get(id) ?? NONE;
      if (lastOf(history) === kept) continue;
      history.states.push({ ...kept, fromMs });
      history.rollbacks.push(fromMs);
      this.kept.set(id, lastOf(history));
    }
  }

  private after(before: State, row: Row, instance: string | null, by: Presentation | null): State {
    const fromMs = this.nowMs();
    const state = { ...before, fromMs, row, instance };
    if (before.row?.token_hash === row.token_hash) return state;
    if (before.row === null) return { ...state, rotatedMs: fromMs, parent: null };
    const withdrawn = new Set(before.withdrawn);
    if (isRecovery(before.row, row)) withdrawn.add(before.row.generation);
    return { ...state, rotatedMs: fromMs, parent: by, withdrawn };
  }
}

const isRecovery = (before: Row, row: Row): boolean =>
  row.parent_generation !== null && row.parent_generation === before.parent_generation;

function whatHappened({ row: before }: State, row: Row): string {
  if (before === null) return 'opened';
  if (before.revoked_at === null && row.revoked_at !== null)
    return `revoked: ${row.revoked_reason}`;
  if (before.token_hash !== row.token_hash)
    return isRecovery(before, row) ? 'recovered' : 'rotated';
  return 'confirmed';
}
