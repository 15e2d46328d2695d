/**
 * Why a session ended: the caller signed out (`sign_out`), another tab or process did or replaced it (`elsewhere`),
 * or the code with which the server refused to refresh it.
 */
export type SignedOutReason =
  'sign_out' | 'elsewhere' | 'token_expired' | 'invalid_token' | 'token_reused' | 'session_revoked';

/** What the client tells, and with which details. */
export interface BatonEvents {
  /** Somebody signed in, here or in another tab. Not told for a session that was found at the start. */
  signedIn: { readonly sessionId: string };
  /** The session is over. `detail` is the server's word: `logout`, `max_sessions`, `password_changed` … */
  signedOut: {
    readonly sessionId: string;
    readonly reason: SignedOutReason;
    readonly detail?: string;
  };
  /** This client fetched a new pair and stored it. */
  refreshed: { readonly sessionId: string };
  /** The storage refused a write. The tokens live on in memory and the write is tried again. */
  storageFailed: { readonly error: unknown };
}

/** What the client knows of its session. The same object until something changes. */
export interface BatonState {
  /** `unknown` until the storage has been read. */
  readonly status: 'unknown' | 'signedIn' | 'signedOut';
  readonly sessionId: string | null;
}

/** Calls a listener until the returned function is called. */
export type Unsubscribe = () => void;

interface AllEvents extends BatonEvents {
  changed: BatonState;
}

type Listeners = { readonly [Name in keyof AllEvents]: Set<(details: AllEvents[Name]) => void> };

/** The listeners, and the calls that wait for them until no lock is held. */
export interface Events {
  readonly on: <Name extends keyof AllEvents>(
    name: Name,
    listener: (details: AllEvents[Name]) => void,
  ) => Unsubscribe;
  readonly emit: <Name extends keyof AllEvents>(name: Name, details: AllEvents[Name]) => void;
  /** Runs a task that holds a lock; the listeners wait until it is over. */
  readonly hold: <Result>(task: () => Promise<Result>) => Promise<Result>;
  /** Lets the listeners run, unless a lock is held. What they throw is nobody's here. */
  readonly flush: () => void;
}

export function createEvents(): Events {
  const listeners: Listeners = {
    signedIn: new Set(),
    signedOut: new Set(),
    refreshed: new Set(),
    storageFailed: new Set(),
    changed: new Set(),
  };
  const waiting: (() => void)[] = [];
  let holds = 0;
  const events: Events = {
    on(name, listener) {
      listeners[name].add(listener);
      return () => listeners[name].delete(listener);
    },
    emit(name, details) {
      listeners[name].forEach((listener) => waiting.push(() => listener(details)));
      events.flush();
    },
    hold(task) {
      holds += 1;
      return task().finally(() => (holds -= 1));
    },
    flush() {
      if (!holds) waiting.splice(0).forEach((call) => queueMicrotask(call));
    },
  };
  return events;
}
