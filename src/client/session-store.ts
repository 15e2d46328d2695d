import type { Ending } from './auth-api.js';
import { BatonError } from './errors.js';
import type { BatonState, Events } from './events.js';
import { inTurn } from './lock.js';
import { retry } from './retry.js';
import { EMPTY, type SessionRecord, parse, serialize } from './session.js';
import type { BatonStorage } from './storage.js';

/** How often a write is tried before it counts as failed. */
const WRITES = 3;

/** The storage and what this process knows of it. A new pair is in the storage before anybody sees it. */
export interface SessionStore {
  state: BatonState;
  /** As last seen; empty until the storage has been read. */
  record: SessionRecord;
  /** Whether memory has something that the storage does not: its last write failed. */
  isUnsaved: boolean;

  /**
   * Reads the storage anew.
   *
   * @throws BatonError `storage_unavailable`, unless memory is ahead of the storage
   */
  readonly load: () => Promise<SessionRecord>;

  /**
   * Reads, changes and writes. Never throws: a storage that fails leaves the change in memory, to be written later.
   *
   * @param change gives the record back as it is to leave it
   * @param ending why, if the change ends the session
   */
  readonly update: (
    change: (record: SessionRecord) => SessionRecord,
    ending?: Ending,
  ) => Promise<SessionRecord>;
}

export function createSessionStore(
  storage: BatonStorage,
  isCookie: boolean,
  events: Events,
): SessionStore {
  /** What the storage held when it was last seen. */
  let stored: string | null | undefined;
  /** Reading and writing are two steps; nobody of this process comes in between. */
  const oneByOne = inTurn();

  const read = async (): Promise<SessionRecord> => {
    try {
      const value = await storage.read();
      // What is in memory came after what is there: it could not be written, or not even be read before.
      const isOlder = value === stored || (store.isUnsaved && stored === undefined);
      if (!isOlder) {
        adopt(store, events, parse(value, isCookie));
        store.isUnsaved = false;
      }
      stored = value;
    } catch (cause) {
      if (!store.isUnsaved) throw new BatonError('storage_unavailable', { cause });
    }
    return store.record;
  };

  const write = async (record: SessionRecord, ending?: Ending): Promise<SessionRecord> => {
    const value = serialize(record, isCookie);
    try {
      await retry(WRITES, () => (value ? storage.write(value) : storage.remove()));
      stored = value;
      store.isUnsaved = false;
    } catch (error) {
      store.isUnsaved = true;
      events.emit('storageFailed', { error });
    }
    return adopt(store, events, record, ending);
  };

  const store: SessionStore = {
    state: { status: 'unknown', sessionId: null },
    record: EMPTY,
    isUnsaved: false,
    load: () => oneByOne(read),
    update: (change, ending) =>
      oneByOne(async () => {
        const before = await read().catch(() => store.record);
        const after = change(before);
        return after === before && !store.isUnsaved ? after : write(after, ending);
      }),
  };
  return store;
}

function adopt(
  store: SessionStore,
  events: Events,
  record: SessionRecord,
  ending: Ending = { reason: 'elsewhere' },
): SessionRecord {
  const { status, sessionId: old } = store.state;
  const state = stateOf(record);
  const { sessionId } = state;
  store.record = record;
  if (state.status === status && sessionId === old) return record;
  store.state = state;
  events.emit('changed', state);
  if (old) events.emit('signedOut', { sessionId: old, ...ending });
  if (sessionId && status !== 'unknown') events.emit('signedIn', { sessionId });
  return record;
}

/** A cookie's session has no id before the server has been asked. */
function stateOf({ session }: SessionRecord): BatonState {
  const sessionId = session?.session_id || null;
  return { status: sessionId ? 'signedIn' : session ? 'unknown' : 'signedOut', sessionId };
}
