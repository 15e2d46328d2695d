import type { BatonStorage } from '../storage.js';
import { inSlots } from './slots.js';

/** The part of `expo-secure-store` that is used. */
export interface ExpoSecureStore<Accessible> {
  readonly AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY: Accessible;
  readonly getItemAsync: (key: string) => Promise<string | null>;
  readonly setItemAsync: (
    key: string,
    value: string,
    options: { readonly keychainAccessible: Accessible },
  ) => Promise<void>;
  readonly deleteItemAsync: (key: string) => Promise<void>;
}

/** What `expoSecureStorage` is told. */
export interface ExpoSecureStorageOptions<Accessible> {
  /** `import * as SecureStore from 'expo-secure-store'` */
  readonly secureStore: ExpoSecureStore<Accessible>;
  /** Letters, digits, `.`, `-` and `_`. @default 'nestjs-baton' */
  readonly key?: string | undefined;
}

/** Until Expo 54 the package warned of more, and iOS had refused it at times. */
const MAX_BYTES = 2048;

/**
 * Keeps the session in the iOS keychain, readable once the device has been unlocked and never on another device, or
 * on Android encrypted by a key of the Keystore. Longer sessions than 2,048 bytes take several items.
 *
 * A key that Android's Keystore has lost, as after a restored backup, makes this package say that nothing is stored.
 */
export function expoSecureStorage<Accessible>({
  secureStore,
  key = 'nestjs-baton',
}: ExpoSecureStorageOptions<Accessible>): BatonStorage {
  const keychainAccessible = secureStore.AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY;
  const items = {
    get: (name: string) => secureStore.getItemAsync(name),
    set: (name: string, text: string) =>
      secureStore.setItemAsync(name, text, { keychainAccessible }),
    delete: (name: string) => secureStore.deleteItemAsync(name),
  };
  return inSlots(items, key, MAX_BYTES);
}
