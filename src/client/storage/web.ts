import { webLock } from '../lock/web.js';
import type { BatonStorage } from '../storage.js';

/** What `webStorage` is told. */
export interface WebStorageOptions {
  /** `local` is shared by all tabs and outlives the browser; `session` is one tab's. @default 'local' */
  readonly area?: 'local' | 'session';
  /** The key in there, one for each server and user of the page. @default 'nestjs-baton' */
  readonly key?: string;
}

/** The part of the Web Storage API that is used. */
interface WebStorageArea {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** Keeps the session in `localStorage` or `sessionStorage`, where every script of the page can read it. */
export function webStorage({
  area = 'local',
  key = 'nestjs-baton',
}: WebStorageOptions = {}): BatonStorage {
  // Asked for each time: a browser that forbids storage throws at the mention of it.
  const items = (): WebStorageArea => Reflect.get(globalThis, `${area}Storage`);
  return {
    read: () => items().getItem(key),
    write: (value) => items().setItem(key, value),
    remove: () => items().removeItem(key),
    lock: webLock(`nestjs-baton ${key}`),
    watch(listener) {
      const page: EventTarget = Reflect.get(globalThis, 'window');
      const onStorage = (event: Event) => {
        const changed: unknown = Reflect.get(event, 'key');
        // Null when the whole area was cleared.
        if (changed === key || changed === null) listener();
      };
      page.addEventListener('storage', onStorage);
      return () => page.removeEventListener('storage', onStorage);
    },
  };
}
