import type { TokenPair } from './tokens.js';

/** One generation of the session's refresh token, and the time for which it was the live one. */
export interface Leg {
  readonly generation: number;
  readonly startMs: number;
  /** Null while it is the live one. */
  readonly endMs: number | null;
  /** The answer that carried it was lost, and another one came in its place. */
  readonly withdrawn: boolean;
  readonly byAnotherTab: boolean;
  /** Its successor was asked for again, and was the same. */
  readonly repeated: boolean;
}

/** A copy in somebody else's hands. */
export interface Theft {
  readonly generation: number;
  readonly startMs: number;
  readonly endMs: number | null;
  readonly note: string;
  /** What he bought with it, where he was first. */
  readonly own: { readonly generation: number; readonly startMs: number } | null;
}

/** The race of one session, as it is drawn. */
export interface Relay {
  readonly sessionId: string;
  readonly legs: readonly Leg[];
  readonly theft: Theft | null;
  readonly over: { readonly note: string } | null;
}

/** How many legs are drawn. */
export const MOST_LEGS = 6;

export const NO_RELAY: Relay = { sessionId: '', legs: [], theft: null, over: null };

/** The relay after a pair has been stored: another leg, or nothing new. */
export function handOn(
  relay: Relay,
  { access }: TokenPair,
  nowMs: number,
  byAnotherTab: boolean,
): Relay {
  const { generation, sessionId } = access;
  const start = {
    generation,
    startMs: nowMs,
    endMs: null,
    withdrawn: false,
    byAnotherTab,
    repeated: false,
  };
  if (relay.sessionId !== sessionId || relay.over) {
    return { ...NO_RELAY, sessionId, legs: [start] };
  }
  if (liveLeg(relay)?.generation === generation) return relay;
  const legs = relay.legs.map((leg) => ended(leg, nowMs));
  return { ...relay, legs: [...legs, start].slice(-MOST_LEGS) };
}

/** The relay after an answer got lost for good: its generation never ran. */
export function withdraw(relay: Relay, generation: number, nowMs: number): Relay {
  const never = { withdrawn: true, byAnotherTab: false, repeated: false };
  const ghost = { generation, startMs: nowMs, endMs: nowMs, ...never };
  const legs = relay.legs.map((leg) => ended(leg, nowMs));
  return { ...relay, legs: [...legs, ghost].slice(-MOST_LEGS) };
}

/** The relay after a generation has handed on to the same successor once more. */
export function repeat(relay: Relay, generation: number): Relay {
  const mark = (leg: Leg) => (leg.generation === generation ? { ...leg, repeated: true } : leg);
  return { ...relay, legs: relay.legs.map(mark) };
}

/** The relay with a thief in it, or with what has become of him. */
export function steal(relay: Relay, theft: Theft | null): Relay {
  return { ...relay, theft };
}

/**
 * The relay as another tab has it.
 *
 * @param marks whether what is new here is marked as its doing
 */
export function adopt(relay: Relay, other: Relay, marks: boolean): Relay {
  const isOther = relay.sessionId !== other.sessionId;
  if (isOther && liveLeg(relay)) return relay;
  // Who came later has not seen the first ones.
  const [first] = other.legs;
  const earlier = isOther
    ? []
    : relay.legs.filter((leg) => first && leg.generation < first.generation);
  const legs = other.legs.map((leg) => {
    const own = marks ? relay.legs.find(({ generation }) => generation === leg.generation) : leg;
    return { ...leg, byAnotherTab: own?.byAnotherTab ?? true };
  });
  const theft = other.theft ?? (isOther ? null : relay.theft);
  return { ...other, theft, legs: [...earlier, ...legs].slice(-MOST_LEGS) };
}

/** The relay after the session's end. */
export function end(relay: Relay, atMs: number, note: string): Relay {
  if (relay.over || relay.legs.length === 0) return relay;
  return { ...relay, legs: relay.legs.map((leg) => ended(leg, atMs)), over: { note } };
}

/** The one whose token is good; undefined when the session is over. */
export function liveLeg({ legs, over }: Relay): Leg | undefined {
  return over ? undefined : legs.at(-1);
}

/** Whether a generation is the one that handed the baton to the live one: the grace period is for it alone. */
export function isParent({ legs }: Relay, generation: number): boolean {
  return legs.filter((leg) => !leg.withdrawn).at(-2)?.generation === generation;
}

function ended(leg: Leg, atMs: number): Leg {
  return leg.endMs === null ? { ...leg, endMs: atMs } : leg;
}
