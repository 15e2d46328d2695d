import type { Ending } from './auth-api.js';
import { BatonError } from './errors.js';
import type { BatonState, Events } from './events.js';
import { retry } from './retry.js';
import { EMPTY, type SessionRecord, parse, serialize } from './session.js';
import type { BatonStorage } from './storage.js';

/** How often a write is tried before it counts as failed. */
const WRITES = 3;

/** The storage and what this process knows of it. A new pair is in the storage before anybody sees it. */
export interface SessionStore {
  state: BatonState;
  /** As last seen; undefined until the storage has been read. */
  record: SessionRecord | undefined;
  /** Whether memory has something that the storage does not: its last write failed. */
  isUnsaved: boolean;

  /**
   * Reads the storage anew.
   *
   * @throws BatonError `storage_unavailable`, unless memory is ahead of the storage
   */
  load(): Promise<SessionRecord>;

  /**
   * Reads, changes and writes. Never throws: a storage that fails leaves the change in memory, to be written later.
   *
   * @param change gives the record back as it is to leave it
   * @param ending why, if the change ends the session
   */
  update(change: (record: SessionRecord) => SessionRecord, ending?: Ending): Promise<SessionRecord>;
}

export function createSessionStore(
  storage: BatonStorage,
  isCookie: boolean,
  events: Events,
): SessionStore {
  /** What the storage held when it was last seen. */
  let stored: string | null;
  let last: Promise<unknown> = Promise.resolve();

  /** Reading and writing are two steps; nobody of this process comes in between. */
  const oneByOne = <Result>(task: () => Promise<Result>): Promise<Result> => {
    const result = last.then(task);
    last = result.catch(() => {});
    return result;
  };

  const adopt = (record: SessionRecord, ending?: Ending) => {
    store.record = record;
    tell(store, events, record.session?.session_id, ending);
    return record;
  };

  const read = async (): Promise<SessionRecord> => {
    try {
      const value = await storage.read();
      if (store.record && value === stored) return store.record;
      const record = parse(value, isCookie);
      stored = value;
      store.isUnsaved = false;
      return adopt(record);
    } catch (cause) {
      if (store.record && store.isUnsaved) return store.record;
      throw new BatonError('storage_unavailable', { cause });
    }
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
    return adopt(record, ending);
  };

  const store: SessionStore = {
    state: { status: 'unknown', sessionId: null },
    record: undefined,
    isUnsaved: false,
    load: () => oneByOne(read),
    update: (change, ending) =>
      oneByOne(async () => {
        const before = await read().catch(() => store.record ?? EMPTY);
        const after = change(before);
        return after === before && !store.isUnsaved ? after : write(after, ending);
      }),
  };
  return store;
}

/** @param id empty for a cookie's session before the server has been asked */
function tell(
  store: SessionStore,
  events: Events,
  id: string | undefined,
  ending: Ending = { reason: 'elsewhere' },
): void {
  const { status: was, sessionId } = store.state;
  const status = id ? 'signedIn' : id === '' ? 'unknown' : 'signedOut';
  if (status === was && (id || null) === sessionId) return;
  store.state = { status, sessionId: id || null };
  events.emit('changed', store.state);
  if (sessionId) events.emit('signedOut', { sessionId, ...ending });
  if (id && was !== 'unknown') events.emit('signedIn', { sessionId: id });
}
