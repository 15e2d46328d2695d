import type { Baton } from './baton.js';
import { type BatonClock, systemClock } from './clock.js';
import type { Unsubscribe } from './events.js';

/** The longest that a timer of JavaScript can wait. Milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What `onExpiring` and `keepAlive` are told. */
export interface ExpiryOptions {
  /** How long before the end of an access token. @default 60_000 */
  readonly aheadMs?: number | undefined;
  /** The one of the client, where it was given one. @default the device's own */
  readonly clock?: BatonClock | undefined;
}

/** When the access token ends, by the device's clock; null where there is none that lives. */
export function expiresAt(baton: Baton, clock: BatonClock = systemClock): Date | null {
  const leftMs = baton.tokenLeftMs();
  return leftMs > 0 ? new Date(clock.now() + leftMs) : null;
}

/**
 * An access token that lives for so long at least, or as long as the server lets a new one live.
 *
 * @param minTtlMs such as the time between two renewals of a socket's token
 * @throws BatonError as `getAccessToken`, also where the present token still has less time
 */
export async function getFreshToken(baton: Baton, minTtlMs: number): Promise<string | null> {
  const token = await baton.getAccessToken();
  return token !== null && baton.tokenLeftMs() < minTtlMs ? baton.getAccessToken(token) : token;
}

/**
 * Calls a listener once for each access token, so long before its end, or at half of the time that is left
 * where that is less than twice as long.
 *
 * @returns ends it; so does nothing else, and its timer holds no process open
 */
export function onExpiring(
  baton: Baton,
  listener: (leftMs: number) => unknown,
  { aheadMs = 60_000, clock = systemClock }: ExpiryOptions = {},
): Unsubscribe {
  let cancel: (() => void) | undefined;
  const arm = () => {
    cancel?.();
    const leftMs = baton.tokenLeftMs();
    if (leftMs <= 0) return;
    // Of tokens of a short life each new one would be about to end, and be renewed for ever.
    const atMs = Math.min(aheadMs, leftMs / 2);
    const check = () => {
      // Somebody, another tab perhaps, may have renewed it meanwhile.
      const nowLeftMs = baton.tokenLeftMs();
      if (nowLeftMs <= 0 || nowLeftMs > atMs) return arm();
      cancel = clock.setTimeout(arm, nowLeftMs, true);
      listener(nowLeftMs);
    };
    cancel = clock.setTimeout(check, Math.min(LONGEST_TIMER_MS, leftMs - atMs), true);
  };
  arm();
  const stops = [baton.subscribe(arm), baton.on('refreshed', arm)];
  return () => {
    cancel?.();
    stops.forEach((stop) => stop());
  };
}

/**
 * Renews each access token before its end, for as long as a connection is open that carries one. It keeps the session
 * from ever being idle.
 *
 * @param onToken is given each new token, to hand it to the connection
 */
export function keepAlive(
  baton: Baton,
  onToken: (token: string) => unknown,
  options: ExpiryOptions = {},
): Unsubscribe {
  let isStopped = false;
  const renew = async (leftMs: number) => {
    const token = await getFreshToken(baton, leftMs + 1);
    if (token !== null && !isStopped) onToken(token);
  };
  // A failure is told by `refreshFailed`.
  const stop = onExpiring(baton, (leftMs) => void renew(leftMs).catch(() => {}), options);
  return () => {
    isStopped = true;
    stop();
  };
}
