import { type Claims, claimsOf } from './claims.js';
import { BatonError } from './errors.js';
import type { BatonState, Ending, Events } from './events.js';
import { inTurn } from './lock.js';
import { EMPTY, type EndedSession, type SessionRecord } from './session-record.js';
import type { StoredRecord } from './stored-record.js';

/** Where nothing is stored at first, only the server can tell whether there is a cookie. */
const ASKED_OF_COOKIE: SessionRecord = { session: { session_id: '' }, ended: [] };

/** The storage and what this process knows of it. A new pair is in the storage before anybody sees it. */
export class SessionStore<User = unknown> {
  state: BatonState<User> = { status: 'unknown', sessionId: null };
  /** As last seen; empty until the storage has been read. */
  record = EMPTY;
  /** Whether memory has something that the storage does not: its last write failed, or is still to come. */
  isUnsaved = false;

  readonly #stored: StoredRecord;
  readonly #isCookie: boolean;
  readonly #isMissing: boolean | undefined;
  readonly #events: Events;
  readonly #readUser: ((claims: Claims) => User) | undefined;
  /** What the storage held when it was last seen. */
  #seen: string | undefined;
  /** Sessions that were ended here: nobody brings them back. */
  readonly #left = new Set<string>();
  /** Reading and writing are two steps; nobody of this process comes in between. */
  readonly #oneByOne = inTurn();

  /** @param isMissing whether the storage's platform is not here: then nobody is ever known */
  constructor(
    stored: StoredRecord,
    isCookie: boolean,
    isMissing: boolean | undefined,
    events: Events,
    readUser?: (claims: Claims) => User,
  ) {
    this.#readUser = readUser;
    this.#stored = stored;
    this.#isCookie = isCookie;
    this.#isMissing = isMissing;
    this.#events = events;
  }

  /**
   * Reads the storage anew.
   *
   * @throws BatonError `storage_unavailable`, unless memory is ahead of the storage
   */
  load(): Promise<SessionRecord> {
    return this.#oneByOne(() => this.#read());
  }

  /**
   * Reads, changes and writes. Never throws: a storage that fails leaves the change in memory, to be written later.
   *
   * @param change gives the record back as it is to leave it
   */
  update(change: (record: SessionRecord) => SessionRecord): Promise<SessionRecord> {
    return this.#oneByOne(async () => {
      const before = await this.#read().catch(() => this.record);
      const after = change(before);
      return after === before && !this.isUnsaved ? after : this.#write(after);
    });
  }

  /** Ends a session in memory, at once and for good: whatever the storage says of it later. */
  leave(sessionId: string, ending: Ending = { reason: 'sign_out' }): void {
    if (sessionId) this.#left.add(sessionId);
    const record = without(this.record, (id) => id === sessionId);
    if (record === this.record) return;
    this.isUnsaved = true;
    this.#adopt(record, ending);
  }

  /** Whether the storage takes writes. */
  takesWrites(): Promise<boolean> {
    return this.#oneByOne(() => this.#stored.takesWrites());
  }

  /** Nobody counts as signed in, as the first look came to nothing. */
  settle(error?: unknown): void {
    if (this.#isMissing || this.state.status !== 'unknown') return;
    this.state = { status: 'signedOut', sessionId: null };
    this.#events.emit('changed', this.state);
    if (error) this.#events.emit('storageFailed', { error });
  }

  async #read(): Promise<SessionRecord> {
    try {
      const own = await this.#stored.read();
      const text = JSON.stringify(own);
      const isFirst = this.#seen === undefined;
      // What is in memory came after what is there: it could not be written, or not even be read before.
      const isOlder = text === this.#seen || (this.isUnsaved && isFirst);
      this.#seen = text;
      if (!isOlder) this.#find(own ?? (this.#isCookie && isFirst ? ASKED_OF_COOKIE : EMPTY));
    } catch (cause) {
      if (!this.isUnsaved) {
        this.settle(cause);
        throw new BatonError('storage_unavailable', { cause });
      }
    }
    return this.record;
  }

  #find(record: SessionRecord): void {
    const kept = without(record, (id) => this.#left.has(id));
    this.isUnsaved = kept !== record;
    this.#adopt(kept);
  }

  async #write(record: SessionRecord): Promise<SessionRecord> {
    let isWritten = true;
    try {
      this.#seen = JSON.stringify(await this.#stored.write(record));
    } catch (error) {
      isWritten = false;
      this.#events.emit('storageFailed', { error });
    }
    // Somebody may have signed out while it was being written.
    this.#find(record);
    if (!isWritten) this.isUnsaved = true;
    return this.record;
  }

  #adopt(record: SessionRecord, ending?: Ending): SessionRecord {
    const { status, sessionId: old } = this.state;
    const state = this.#stateOf(record);
    const { sessionId } = state;
    this.record = record;
    if (JSON.stringify(state) === JSON.stringify(this.state)) return record;
    this.state = state;
    const { emit } = this.#events;
    emit('changed', state);
    if (sessionId === old) return record;
    if (old) emit('signedOut', { sessionId: old, ...(ending ?? endingOf(record, old)) });
    if (sessionId && status !== 'unknown') emit('signedIn', { sessionId });
    return record;
  }

  /** A cookie's session has no id before the server has been asked. */
  #stateOf({ session }: SessionRecord): BatonState<User> {
    const sessionId = session?.session_id || null;
    const status = sessionId ? 'signedIn' : session ? 'unknown' : 'signedOut';
    return { status, sessionId, user: this.#userOf(session?.access_token) };
  }

  /** What the application throws costs nobody the session. */
  #userOf(token?: string): User | undefined {
    try {
      return token ? this.#readUser?.(claimsOf(token)) : undefined;
    } catch {
      return undefined;
    }
  }
}

/** @returns the very record, unless its session was ended here */
function without(record: SessionRecord, isLeft: (sessionId: string) => boolean): SessionRecord {
  const { session, ended } = record;
  if (!session || !isLeft(session.session_id)) return record;
  return { ...record, session: null, ended: [...ended, endedOf(session)] };
}

function endedOf({ session_id, refresh_token }: EndedSession): EndedSession {
  return { session_id, refresh_token };
}

/** What the record knows of the end of a session that is not in it. */
function endingOf({ over }: SessionRecord, sessionId: string): Ending {
  if (over?.session_id !== sessionId) return { reason: 'elsewhere' };
  const { reason, detail } = over;
  return { reason, detail };
}
