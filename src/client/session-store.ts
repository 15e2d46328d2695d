import type { BatonOptions } from './baton-options.js';
import { claimsOf } from './claims.js';
import { BatonError } from './errors.js';
import type { BatonState, Ending, Events, SignedOutReason } from './events.js';
import { inTurn } from './lock.js';
import { EMPTY, type SessionRecord } from './session-record.js';
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
  readonly #options: Pick<BatonOptions<User>, 'storage' | 'readUser'>;
  readonly #events: Events;
  /** What the storage held when it was last seen. */
  #seen: string | undefined;
  /** Sessions that were ended here: nobody brings them back. */
  readonly #left = new Set<string>();
  /** Reading and writing are two steps; nobody of this process comes in between. */
  readonly #oneByOne = inTurn();

  constructor(
    stored: StoredRecord,
    options: Pick<BatonOptions<User>, 'storage' | 'readUser'>,
    events: Events,
  ) {
    this.#stored = stored;
    this.#options = options;
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
      if (after !== before || this.isUnsaved) await this.#write(after);
      return this.record;
    });
  }

  /** Ends a session in memory, at once and for good: whatever the storage says of it later. */
  leave(sessionId: string, reason: SignedOutReason = 'sign_out'): void {
    this.#left.add(sessionId);
    this.#adopt(this.record, this.isUnsaved, { reason });
  }

  /** Whether the storage takes writes; it need not where it is behind all the same. */
  takesWrites(): Promise<boolean> {
    return this.#oneByOne(async () => this.isUnsaved || this.#stored.takesWrites());
  }

  /** Nobody counts as signed in, as the first look came to nothing. Where the storage's platform is missing nobody is ever known. */
  settle(error?: unknown): void {
    if (this.#options.storage.isMissing || this.state.status !== 'unknown') return;
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
      const isAsked = isFirst && this.#options.storage.transport === 'cookie';
      if (!isOlder) this.#adopt(own ?? (isAsked ? ASKED_OF_COOKIE : EMPTY));
    } catch (cause) {
      if (!this.isUnsaved) {
        this.settle(cause);
        throw new BatonError('storage_unavailable', { cause });
      }
    }
    return this.record;
  }

  async #write(record: SessionRecord): Promise<void> {
    let isUnsaved = false;
    try {
      this.#seen = JSON.stringify(await this.#stored.write(record));
    } catch (error) {
      isUnsaved = true;
      this.#events.emit('storageFailed', { error });
    }
    this.#adopt(record, isUnsaved);
  }

  /** Somebody may have signed out while it was being read or written. */
  #adopt(found: SessionRecord, isUnsaved = false, ending?: Ending): void {
    const record = without(found, this.#left);
    this.isUnsaved = isUnsaved || record !== found;
    this.record = record;

    const { status, sessionId: old } = this.state;
    const state = this.#stateOf(record);
    const { sessionId } = state;
    if (JSON.stringify(state) === JSON.stringify(this.state)) return;
    this.state = state;
    const { emit } = this.#events;
    emit('changed', state);
    if (sessionId === old) return;
    const { reason, detail } = ending ?? endingOf(record, old);
    if (old) emit('signedOut', { sessionId: old, reason, detail });
    if (sessionId && status !== 'unknown') emit('signedIn', { sessionId });
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
      return token ? this.#options.readUser?.(claimsOf(token)) : undefined;
    } catch {
      return undefined;
    }
  }
}

/** @returns the very record, unless its session was ended here */
function without(record: SessionRecord, left: ReadonlySet<string>): SessionRecord {
  const { session, ended } = record;
  if (!session || !left.has(session.session_id)) return record;
  const { session_id, refresh_token } = session;
  return { ...record, session: null, ended: [...ended, { session_id, refresh_token }] };
}

/** What the record knows of the end of a session that is not in it. */
function endingOf({ over }: SessionRecord, sessionId: string | null): Ending {
  return over && over.session_id === sessionId ? over : { reason: 'elsewhere' };
}
