import type { Leg, Relay } from './relay.js';

const leg = (generation: number, startMs: number, endMs: number | null): Leg => ({
  generation,
  startMs,
  endMs,
  withdrawn: false,
  byAnotherTab: false,
  repeated: false,
});

/** What a relay looks like, for whoever has none yet. It stands still. */
export function exampleRelay(nowMs: number): Relay {
  const ago = (seconds: number) => nowMs - seconds * 1_000;
  return {
    sessionId: 'example',
    legs: [leg(0, ago(95), ago(60)), leg(1, ago(60), ago(14)), leg(2, ago(14), null)],
    theft: { generation: 0, startMs: ago(75), endMs: nowMs, note: 'a thief, caught', own: null },
    over: null,
  };
}
