/** One stretch of driving. */
export interface Slice {
  /** Driven first and not measured: connections are accepted, caches of the processor filled. */
  readonly leadMs: number;
  readonly measureMs: number;
}

/** What was seen in the measured part of a slice. */
export interface SliceRecord {
  /** From the first request to the last answer: those under way at the end are waited for, and count. */
  readonly tookMs: number;
  /** CPU time of the server, all its threads. */
  readonly cpuMs: number;
  readonly latenciesMs: Float64Array;
  readonly failures: number;
  /** The first answer that was not as it should be. */
  readonly firstFailure: string | null;
}

/** What a closed loop has seen in all its slices of one repetition. */
export interface LoopResult {
  readonly requests: number;
  readonly failures: number;
  readonly firstFailure: string | null;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuUsPerRequest: number;
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);

function joined(arrays: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(sum(arrays.map(({ length }) => length)));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}

/** What several did at the same time, as one. */
export function atOnce(records: readonly SliceRecord[]): SliceRecord {
  return {
    tookMs: Math.max(...records.map(({ tookMs }) => tookMs)),
    cpuMs: sum(records.map(({ cpuMs }) => cpuMs)),
    latenciesMs: joined(records.map(({ latenciesMs }) => latenciesMs)),
    failures: sum(records.map(({ failures }) => failures)),
    firstFailure: records.find(({ failures }) => failures > 0)?.firstFailure ?? null,
  };
}

/** Slices after each other, as one result. */
export function sumUp(records: readonly SliceRecord[]): LoopResult {
  const { cpuMs, latenciesMs, failures, firstFailure } = atOnce(records);
  const tookMs = sum(records.map((record) => record.tookMs));
  const sorted = latenciesMs.sort();
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return {
    requests: sorted.length,
    failures,
    firstFailure,
    perSecond: (sorted.length * 1000) / tookMs,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    cpuUsPerRequest: (cpuMs * 1000) / sorted.length,
  };
}
