import type { BatonError } from './errors.js';

/**
 * Why a session ended: the caller signed out (`sign_out`), another tab or process did or replaced it (`elsewhere`),
 * the browser's cookie is another session's (`session_mismatch`), or the code with which the server refused to
 * refresh it.
 */
export type SignedOutReason =
  | 'sign_out'
  | 'elsewhere'
  | 'session_mismatch'
  | 'token_expired'
  | 'invalid_token'
  | 'token_reused'
  | 'session_revoked'
  | 'max_uses_reached';

/** Why a session is no longer there. */
export interface Ending {
  readonly reason: SignedOutReason;
  /** The server's word: `logout`, `max_sessions`, `password_changed` … */
  readonly detail?: string;
}

/** What the client tells, and with which details. */
export interface BatonEvents {
  /** Somebody signed in, here or in another tab. Not told for a session that was found at the start. */
  signedIn: { readonly sessionId: string };
  /** The session is over. */
  signedOut: Ending & { readonly sessionId: string };
  /** This client fetched a new pair and stored it. */
  refreshed: { readonly sessionId: string };
  /** There is no new token for now, and nobody was signed out for that. */
  refreshFailed: { readonly error: BatonError };
  /**
   * The storage failed: it cannot be read at the start, or holds what is not ours, and nobody counts as signed in; or
   * it refused a write, and the tokens live on in memory until it takes them.
   */
  storageFailed: { readonly error: unknown };
}

/** What the client knows of its session. The same object until something changes. */
export interface BatonState<User = unknown> {
  /** `unknown` until the first look is over, and always where the storage's platform is missing, as on a server. */
  readonly status: 'unknown' | 'signedIn' | 'signedOut';
  readonly sessionId: string | null;
  /** What `readUser` makes of the access token; missing where there is no token or no such option. */
  readonly user?: User;
}

/** Calls a listener until the returned function is called. */
export type Unsubscribe = () => void;

interface AllEvents extends BatonEvents {
  changed: BatonState;
}

/** The listeners, and the calls that wait for them until no lock is held. */
export interface Events {
  readonly on: <Name extends keyof AllEvents>(
    name: Name,
    listener: (details: AllEvents[Name]) => unknown,
  ) => Unsubscribe;
  readonly emit: <Name extends keyof AllEvents>(name: Name, details: AllEvents[Name]) => void;
  /** A lock is held from now on: the listeners wait. */
  readonly hold: () => void;
  /** It is free again. */
  readonly release: () => void;
  /** Forgets all listeners, and the calls that wait for them. */
  readonly clear: () => void;
}

interface Subscription {
  readonly name: string;
  /** A method, as it is only ever told what it listens to. */
  listener(details: unknown): unknown;
}

export function createEvents(): Events {
  const subscriptions = new Set<Subscription>();
  const waiting: (() => unknown)[] = [];
  let holds = 0;
  const flush = () => {
    if (!holds) waiting.splice(0).forEach((call) => Promise.resolve().then(call).catch(report));
  };
  return {
    on(name, listener) {
      const subscription = { name, listener };
      subscriptions.add(subscription);
      return () => subscriptions.delete(subscription);
    },
    emit(name, details) {
      subscriptions.forEach((one) => {
        if (one.name === name) waiting.push(() => subscriptions.has(one) && one.listener(details));
      });
      flush();
    },
    hold: () => (holds += 1),
    release() {
      holds -= 1;
      flush();
    },
    clear: () => subscriptions.clear(),
  };
}

/** What a listener throws is its own affair: it is shown, and ends nothing. */
export function report(error: unknown): void {
  (Object(globalThis).reportError ?? console.error)(error);
}
