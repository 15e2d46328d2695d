import { webLock, webLocks } from '../lock/web.js';
import type { BatonStorage } from '../storage.js';

/** What `webStorage` is told. */
export interface WebStorageOptions {
  /** `local` is shared by all tabs and outlives the browser; `session` is one tab's. @default 'local' */
  readonly area?: 'local' | 'session' | undefined;
  /** The key in there. @default 'nestjs-baton' */
  readonly key?: string | undefined;
}

/** The part of the Web Storage API that is used. */
interface WebStorageArea {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/**
 * Keeps the session in `localStorage` or `sessionStorage`, where every script of the page can read it. Chromium writes
 * them to the disk up to a minute late: a browser that is killed within a minute of a refresh starts again with a spent
 * token, which the server takes for stolen. `indexedDbStorage` has no such gap.
 *
 * A tab that was duplicated, or opened by `window.open`, begins with a copy of `sessionStorage`. Where there are Web
 * Locks the copy is given up, and the session stays the first tab's.
 */
export function webStorage({
  area = 'local',
  key = 'nestjs-baton',
}: WebStorageOptions = {}): BatonStorage {
  // Asked for each time: a browser that forbids storage throws at the mention of it.
  const items = (): WebStorageArea => Reflect.get(globalThis, `${area}Storage`);
  const read = () => items().getItem(key);
  let owned: Promise<void> | undefined;
  const ownRead = async () => {
    owned ??= giveUpCopy(items(), key);
    await owned;
    return read();
  };
  return {
    isMissing: !(`${area}Storage` in globalThis),
    read: area === 'session' && webLocks() ? ownRead : read,
    write: (value) => items().setItem(key, value),
    remove: () => items().removeItem(key),
    lock: webLock(`nestjs-baton ${key}`),
    watch(listener) {
      const page: EventTarget | undefined = Reflect.get(globalThis, 'window');
      const onStorage = (event: Event) => {
        const changed: unknown = Reflect.get(event, 'key');
        // Null when the whole area was cleared.
        if (changed === key || changed === null) listener();
      };
      page?.addEventListener('storage', onStorage);
      return () => page?.removeEventListener('storage', onStorage);
    },
  };
}

/** A page that is left frees its locks a moment later than the next one asks for them. Milliseconds. */
const LEAVING_MS = 1000;

/**
 * Each tab holds a lock of its own name, which it keeps beside the session. Who finds that name taken is a copy: it
 * forgets the session and takes another name.
 */
async function giveUpCopy(items: WebStorageArea, key: string): Promise<void> {
  const nameKey = `${key} tab`;
  const name = items.getItem(nameKey);
  if (name !== null && (await isHeldForGood(name))) return;
  const own = `nestjs-baton tab ${Math.random()} ${Date.now()}`;
  if (name !== null) items.removeItem(key);
  items.setItem(nameKey, own);
  await isHeldForGood(own);
}

/** Takes a lock and keeps it as long as the page lives. @returns false when another page has it */
function isHeldForGood(name: string): Promise<boolean> {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), LEAVING_MS);
  return new Promise((tell) => {
    const hold = () => {
      tell(true);
      return new Promise<void>(() => {});
    };
    webLocks()
      ?.request(name, { signal: controller.signal }, hold)
      .catch(() => tell(false));
  });
}
