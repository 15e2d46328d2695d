import { closeSync, openSync, writeSync } from 'node:fs';

const START_MS = Date.UTC(2026, 0, 1);

/**
 * Time that goes on by a step with each request, for a server and the processes that read it in a file: a token lives
 * for so many requests, however slow the machine is.
 */
export interface ClockByRequests {
  readonly nowMs: () => number;
  readonly step: () => void;
  readonly close: () => void;
}

export function clockByRequests(path: string, stepMs: number): ClockByRequests {
  const file = openSync(path, 'w');
  let nowMs = START_MS;
  // Always as long as before, and written in place: no reader finds half of it.
  const tell = () => writeSync(file, String(nowMs), 0);
  tell();
  return {
    nowMs: () => nowMs,
    step() {
      nowMs += stepMs;
      tell();
    },
    close: () => closeSync(file),
  };
}
