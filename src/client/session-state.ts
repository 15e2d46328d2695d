import type { BatonOptions } from './baton-options.js';
import { claimsOf } from './claims.js';
import type { BatonState, Ending, Events } from './events.js';
import type { SessionRecord } from './session-record.js';
import type { Session } from './session.js';

/** What the application sees of the session. */
export interface ShownState<User = unknown> {
  readonly get: () => BatonState<User>;
  /**
   * Shows what a record says, and tells what is new in it.
   *
   * @param ending why the session before it is over, where the record does not say so
   */
  readonly show: (record: SessionRecord, ending?: Ending) => void;
  /** Nobody counts as signed in, as the first look came to nothing. Where the storage's platform is missing nobody is ever known. */
  readonly settle: (error?: unknown) => void;
}

export function createState<User>(
  { storage, readUser }: Pick<BatonOptions<User>, 'storage' | 'readUser'>,
  { emit }: Events,
): ShownState<User> {
  let state: BatonState<User> = { status: 'unknown', sessionId: null };

  /** What the application throws costs nobody the session. */
  const userOf = (token?: string): User | undefined => {
    try {
      const user = token ? readUser?.(claimsOf(token)) : undefined;
      // What cannot be written out cannot be compared.
      JSON.stringify(user);
      return user;
    } catch {
      return undefined;
    }
  };
  const stateOf = (session: Session | null): BatonState<User> => {
    // A cookie's session has no id before the server has been asked.
    const sessionId = session?.session_id || null;
    const status = sessionId ? 'signedIn' : session ? 'unknown' : 'signedOut';
    return { status, sessionId, user: userOf(session?.access_token) };
  };

  return {
    get: () => state,
    show({ session, over }, ending) {
      const { status, sessionId: old } = state;
      const next = stateOf(session);
      const { sessionId } = next;
      if (JSON.stringify(next) === JSON.stringify(state)) return;
      emit('changed', (state = next));
      if (sessionId === old) return;
      const known: Ending = over?.session_id === old ? over : { reason: 'elsewhere' };
      const { reason, detail } = ending ?? known;
      if (old) emit('signedOut', { sessionId: old, reason, detail });
      if (sessionId && status !== 'unknown') emit('signedIn', { sessionId });
    },
    settle(error) {
      if (storage.isMissing || state.status !== 'unknown') return;
      emit('changed', (state = stateOf(null)));
      if (error) emit('storageFailed', { error });
    },
  };
}
