import { MOST_OTHERS, PATIENCE_MS } from './bounds.js';
import type { BatonClock } from './clock.js';
import { retry, withDeadline } from './retry.js';
import {
  type Owner,
  type SessionRecord,
  type StoredValue,
  parse,
  withoutTokens,
} from './session-record.js';
import type { BatonStorage } from './storage.js';

/** One's own record in a storage that others may use, too. No verb is waited for for ever. */
export interface StoredRecord {
  /** @returns null when there is none. @throws when the storage fails, or holds what is not ours */
  readonly read: () => Promise<SessionRecord | null>;
  /** @returns what is read from now on. @throws when the storage does not take it */
  readonly write: (record: SessionRecord) => Promise<SessionRecord | null>;
  /** Whether the storage takes writes; tried with what it holds already, until one has been taken. */
  readonly takesWrites: () => Promise<boolean>;
}

/** @param owner throws a TypeError where a relative address cannot be resolved */
export function storedRecord(
  storage: BatonStorage,
  owner: () => Owner,
  isCookie: boolean,
  clock: BatonClock,
): StoredRecord {
  let others: StoredValue['others'] = [];
  let hasWritten = false;

  /** A storage that answers at once needs no timer, which Cloudflare's Workers allow in no module's scope. */
  const inTime = async <Result>(verb: () => Result | Promise<Result>): Promise<Result> => {
    const result = verb();
    return result instanceof Promise ? withDeadline(clock, PATIENCE_MS, () => result) : result;
  };
  const readValue = () => inTime(() => storage.read());

  return {
    async read() {
      const value = parse(await readValue(), owner(), isCookie);
      others = value.others;
      return value.own;
    },
    async write(record) {
      const kept = isCookie ? withoutTokens(record) : record;
      const isEmpty = !kept.session && !kept.ended.length && !kept.over;
      const own = isEmpty ? null : { ...owner(), ...kept };
      const records = others.slice(-MOST_OTHERS).concat(own ?? []);
      const value = JSON.stringify({ records });
      const once = () => (records.length ? storage.write(value) : storage.remove());
      await withDeadline(clock, PATIENCE_MS, (signal) => retry(clock, once, () => !signal.aborted));
      hasWritten = true;
      return own;
    },
    async takesWrites() {
      try {
        const value = hasWritten ? null : await readValue();
        if (value !== null) await inTime(() => storage.write(value));
        return (hasWritten = true);
      } catch {
        return false;
      }
    },
  };
}
