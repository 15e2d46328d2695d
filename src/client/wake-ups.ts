/** Calls `wake` when there may be something to do; returns what stops that. */
export type WakeUps = (wake: () => void) => () => void;

/** What there is to listen to in a browser's window. */
type Scope = typeof globalThis &
  Partial<Pick<EventTarget, 'addEventListener' | 'removeEventListener'>>;

const scope: Scope = globalThis;

/** A page that is looked at again (the event bubbles up to the window), a network that is back. */
const EVENTS = ['visibilitychange', 'online'];

/** Elsewhere than in a browser nothing happens. */
export const browserWakeUps: WakeUps = (wake) => {
  EVENTS.forEach((name) => scope.addEventListener?.(name, wake));
  return () => EVENTS.forEach((name) => scope.removeEventListener?.(name, wake));
};
