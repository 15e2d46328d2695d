import type { BatonStorage } from '../storage.js';
import { inSlots } from './slots.js';

/** The part of `react-native-encrypted-storage` that is used. */
export interface EncryptedStorage {
  getItem(key: string): Promise<string | null | undefined>;
  setItem(key: string, value: string): Promise<void>;
  removeItem(key: string): Promise<void>;
}

/** What `reactNativeEncryptedStorage` is told. */
export interface ReactNativeEncryptedStorageOptions {
  /** `import EncryptedStorage from 'react-native-encrypted-storage'` */
  readonly encryptedStorage: EncryptedStorage;
  /** @default 'nestjs-baton' */
  readonly key?: string | undefined;
}

/**
 * Keeps the session in Android's EncryptedSharedPreferences or the iOS keychain, for applications that have this
 * package already. Others take `reactNativeKeychainStorage` or `expoSecureStorage`: EncryptedSharedPreferences are
 * deprecated by Android, and where they fail the package goes on with preferences that are not encrypted.
 *
 * @see https://developer.android.com/reference/androidx/security/crypto/EncryptedSharedPreferences
 */
export function reactNativeEncryptedStorage({
  encryptedStorage,
  key = 'nestjs-baton',
}: ReactNativeEncryptedStorageOptions): BatonStorage {
  const items = {
    get: async (name: string) => (await encryptedStorage.getItem(name)) ?? null,
    set: (name: string, text: string) => encryptedStorage.setItem(name, text),
    delete: (name: string) => encryptedStorage.removeItem(name),
  };
  return inSlots(items, key);
}
