import { BatonError } from './errors.js';
import type { Events, SignedOutReason } from './events.js';
import { inTurn } from './lock.js';
import { EMPTY, type SessionRecord } from './session-record.js';
import type { ShownState } from './session-state.js';
import type { StoredRecord } from './stored-record.js';

/** Where nothing is stored at first, only the server can tell whether there is a cookie. */
const ASKED_OF_COOKIE: SessionRecord = { session: { session_id: '' }, ended: [] };

type Change = (record: SessionRecord) => Partial<SessionRecord> | false;

/** The storage and what this process knows of it. A new pair is in the storage before anybody sees it. */
export interface SessionStore {
  /** As last seen; empty until the storage has been read. */
  readonly record: SessionRecord;
  /** Whether memory has something that the storage does not: its last write failed, or is still to come. */
  readonly isUnsaved: boolean;
  /**
   * Reads the storage anew.
   *
   * @throws BatonError `storage_unavailable`, unless memory is ahead of the storage
   */
  readonly load: () => Promise<SessionRecord>;
  /**
   * Reads, changes and writes. Never throws: a storage that fails leaves the change in memory, to be written later.
   *
   * @param change what is to be changed, if anything
   */
  readonly update: (change: Change) => Promise<SessionRecord>;
  /**
   * Ends the session, if there is one, in memory, at once and for good: whatever the storage says of it later.
   *
   * @param successor the id of the one in its place: it is the same where the application hands over its next pair
   */
  readonly leave: (reason: SignedOutReason, successor?: string) => void;
  /** Whether the storage takes writes; it need not where it is behind all the same. */
  readonly takesWrites: () => Promise<boolean>;
}

export function createSessionStore(
  stored: StoredRecord,
  isCookie: boolean,
  { show, settle }: ShownState,
  { emit }: Events,
): SessionStore {
  const memory = createMemory(show);
  /** What the storage held when it was last seen. */
  let seen: string | undefined;
  /** Reading and writing are two steps; nobody of this process comes in between. */
  const oneByOne = inTurn();

  const read = async (): Promise<SessionRecord> => {
    try {
      const own = await stored.read();
      const text = JSON.stringify(own);
      const isFirst = seen === undefined;
      // What is in memory came after what is there: it could not be written, or not even be read before.
      const isOlder = text === seen || (memory.isUnsaved && isFirst);
      seen = text;
      if (!isOlder) memory.adopt(own ?? (isFirst && isCookie ? ASKED_OF_COOKIE : EMPTY));
    } catch (cause) {
      if (!memory.isUnsaved) {
        settle(cause);
        throw new BatonError('storage_unavailable', { cause });
      }
    }
    return memory.record;
  };

  const write = async (record: SessionRecord): Promise<void> => {
    let isUnsaved = false;
    try {
      seen = JSON.stringify(await stored.write(record));
    } catch (error) {
      isUnsaved = true;
      emit('storageFailed', { error });
    }
    memory.adopt(record, isUnsaved);
  };

  return Object.assign(memory, {
    load: () => oneByOne(read),
    update: (change: Change) =>
      oneByOne(async () => {
        await read().catch(() => {});
        const changes = change(memory.record);
        if (changes || memory.isUnsaved) await write({ ...memory.record, ...changes });
        return memory.record;
      }),
    takesWrites: () => oneByOne(async () => memory.isUnsaved || stored.takesWrites()),
  });
}

/** What this process knows. */
function createMemory(show: ShownState['show']) {
  /** Sessions that were ended here: nobody brings them back. */
  const left = new Set<string>();
  const memory = {
    record: EMPTY,
    isUnsaved: false,
    /** Somebody may have signed out while it was being read or written. */
    adopt(found: SessionRecord, isUnsaved = false, reason?: SignedOutReason): void {
      memory.record = without(found, left);
      memory.isUnsaved = isUnsaved || memory.record !== found;
      show(memory.record, reason && { reason });
    },
    leave(reason: SignedOutReason, successor?: string): void {
      const { session_id: id } = memory.record.session ?? {};
      if (id === undefined || id === successor) return;
      left.add(id);
      memory.adopt(memory.record, memory.isUnsaved, reason);
    },
  };
  return memory;
}

/** @returns the very record, unless its session was ended here */
function without(record: SessionRecord, left: ReadonlySet<string>): SessionRecord {
  const { session, ended } = record;
  if (!session || !left.has(session.session_id)) return record;
  const { session_id, refresh_token } = session;
  return { ...record, session: null, ended: [...ended, { session_id, refresh_token }] };
}
