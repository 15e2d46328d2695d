/** Between two tries, up to. Milliseconds. */
const POLL_MS = 25;

/**
 * Tries until it succeeds.
 *
 * @throws the signal's reason
 */
export async function pollUntil<Held>(
  tryOnce: () => Held | null | Promise<Held | null>,
  signal: AbortSignal,
): Promise<Held> {
  for (;;) {
    if (signal.aborted) throw signal.reason;
    const held = await tryOnce();
    if (held !== null) return held;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * POLL_MS));
  }
}

/** The code of a system's or a database's error, whichever realm its class comes from. */
export function codeOf(error: unknown): unknown {
  return Object(error).code;
}
