/** So long a part of this device, its storage or its lock, is waited for. Milliseconds. */
export const PATIENCE_MS = 5000;

/** After the third one (0 is the first) the callers of a task are told. */
export const LAST_ATTEMPT = 2;

/** Of the pauses between attempts: the first one, and the longest. Milliseconds, of which a random part is waited. */
export const FIRST_PAUSE_MS = 300;
export const LONGEST_PAUSE_MS = 30_000;

/** After a failure the server is left alone for as long, at least. */
export const LEAST_COOLDOWN_MS = 500;

/** Longer than that nobody is left alone, whatever one answer of a proxy asks for. */
export const MOST_COOLDOWN_MS = 60_000;

/** Between tries at tidying, and up to as much again. */
export const TIDYING_PAUSE_MS = 5000;

/** A token of a short life may end on its way, but hardly this often in a row. */
export const MOST_REPLAYS = 3;

/** So many others' records are kept in a storage; who has been away the longest goes first. */
export const MOST_OTHERS = 8;
