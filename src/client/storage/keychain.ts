import { homedir } from 'node:os';
import { join } from 'node:path';
import { AsyncEntry } from '@napi-rs/keyring';
import type { BatonLock } from '../lock.js';
import { processLock } from '../lock/process.js';
import type { BatonStorage } from '../storage.js';
import { type ItemStore, inSlots } from './slots.js';

/** What `keychainStorage` is told. */
export interface KeychainStorageOptions {
  /** The name that the user sees in the keychain, such as `com.example.app`. */
  readonly service: string;
  /** Which of several sessions of that service. @default 'session' */
  readonly name?: string | undefined;
  /** What excludes other processes. @default `processLock` on a name in the user's home folder */
  readonly lock?: BatonLock | undefined;
}

/** Windows takes 2,560 bytes of UTF-16. */
const WINDOWS_MAX_BYTES = 1280;

/**
 * Keeps the session in the keychain of the operating system: macOS' login keychain, Windows' Credential Manager, the
 * Secret Service of Linux and the BSDs (GNOME Keyring, KWallet, KeePassXC). Where there is none, or it is locked and
 * nobody unlocks it, each verb throws; there is no other place to fall back to.
 *
 * Any program of the same user may be able to read it. On Windows it takes several items, see `inSlots`.
 */
export function keychainStorage(options: KeychainStorageOptions): BatonStorage {
  const { service, name = 'session' } = options;
  const lockName = `.nestjs-baton-${encodeURIComponent(`${service} ${name}`)}.lock`;
  const maxBytes = process.platform === 'win32' ? WINDOWS_MAX_BYTES : undefined;
  return {
    ...inSlots(keychainItems(service), name, maxBytes),
    lock: options.lock ?? processLock(join(homedir(), lockName)),
  };
}

/** The items of a service in the keychain. */
export function keychainItems(service: string): ItemStore {
  // Opened anew for each call: a keychain's daemon may have been restarted in between.
  const entry = (name: string): AsyncEntry => {
    assertPinned(service, name);
    return new AsyncEntry(service, name, { linux: { store: 'secret-service' } });
  };
  return {
    get: async (name) => entry(name).getPassword(),
    set: async (name, text) => entry(name).setPassword(text),
    delete: async (name) => entry(name).deletePassword(),
  };
}

/**
 * Before 2.1.0 the package takes no notice of the store it is told and, without a Secret Service, puts secrets in the
 * kernel's keyring, which is gone after a restart. Such a version swallows a store that does not exist.
 *
 * @see https://github.com/Brooooooklyn/keyring-node/issues/142
 */
function assertPinned(service: string, name: string): void {
  try {
    Reflect.construct(AsyncEntry, [service, name, { linux: { store: 'none' } }]);
  } catch {
    return;
  }
  throw new Error('The keychain needs @napi-rs/keyring 2.1.0 or later');
}
