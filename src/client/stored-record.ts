import type { BatonClock } from './clock.js';
import { retry, withDeadline } from './retry.js';
import {
  type Owner,
  type SessionRecord,
  type StoredValue,
  parse,
  serialize,
  withoutTokens,
} from './session-record.js';
import type { BatonStorage } from './storage.js';

/** How often a write is tried before it counts as failed. */
const WRITES = 3;

/** What one verb of the storage may take, the tries of a write included. */
const STORAGE_TIME_MS = 5000;

/** One's own record in a storage that others may use, too. No verb is waited for for ever. */
export class StoredRecord {
  readonly #storage: BatonStorage;
  readonly #owner: () => Owner;
  readonly #isCookie: boolean;
  readonly #clock: BatonClock;
  #others: StoredValue['others'] = [];
  #hasWritten = false;

  /** @param owner throws a TypeError where a relative address cannot be resolved */
  constructor(storage: BatonStorage, owner: () => Owner, isCookie: boolean, clock: BatonClock) {
    this.#storage = storage;
    this.#owner = owner;
    this.#isCookie = isCookie;
    this.#clock = clock;
  }

  /** @returns null when there is none. @throws when the storage fails, or holds what is not ours */
  async read(): Promise<SessionRecord | null> {
    const value = await this.#inTime(() => this.#storage.read());
    const { own, others } = parse(value, this.#owner(), this.#isCookie);
    this.#others = others;
    return own;
  }

  /** @returns what is read from now on. @throws when the storage does not take it */
  async write(record: SessionRecord): Promise<SessionRecord | null> {
    const kept = this.#isCookie ? withoutTokens(record) : record;
    const value = serialize(kept, this.#owner(), this.#others);
    const once = () => (value === null ? this.#storage.remove() : this.#storage.write(value));
    await withDeadline(this.#clock, STORAGE_TIME_MS, (signal) =>
      retry(this.#clock, WRITES, once, () => !signal.aborted),
    );
    this.#hasWritten = true;
    return parse(value, this.#owner(), this.#isCookie).own;
  }

  /** Whether the storage takes writes; tried with what it holds already, until one has been taken. */
  async takesWrites(): Promise<boolean> {
    if (this.#hasWritten) return true;
    try {
      const value = await this.#inTime(() => this.#storage.read());
      if (value !== null) await this.#inTime(() => this.#storage.write(value));
      return (this.#hasWritten = true);
    } catch {
      return false;
    }
  }

  /** A storage that answers at once needs no timer. */
  async #inTime<Result>(verb: () => Result | Promise<Result>): Promise<Result> {
    const result = verb();
    if (!(result instanceof Promise)) return result;
    return withDeadline(this.#clock, STORAGE_TIME_MS, () => result);
  }
}
