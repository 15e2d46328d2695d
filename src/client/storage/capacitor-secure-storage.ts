import type { BatonStorage } from '../storage.js';
import { inSlots } from './slots.js';

/** `KeychainAccess.afterFirstUnlockThisDeviceOnly` of the package. */
const AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY = 3;

/** The part of `@aparajita/capacitor-secure-storage` that is used. */
export interface CapacitorSecureStorage {
  readonly get: (key: string, convertDate: boolean, sync: boolean) => Promise<unknown>;
  readonly set: (
    key: string,
    data: string,
    convertDate: boolean,
    sync: boolean,
    access: typeof AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY,
  ) => Promise<void>;
  readonly remove: (key: string, sync: boolean) => Promise<boolean>;
}

/** What `capacitorSecureStorage` is told. */
export interface CapacitorSecureStorageOptions {
  /** `import { SecureStorage } from '@aparajita/capacitor-secure-storage'` */
  readonly secureStorage: CapacitorSecureStorage;
  /** @default 'nestjs-baton' */
  readonly key?: string | undefined;
}

/**
 * Keeps the session in the iOS keychain, readable once the device has been unlocked and never on another device or in
 * iCloud, or on Android encrypted by a key of the Keystore. In a browser the package keeps it unencrypted, for
 * development alone.
 *
 * On iOS this package says that nothing is stored also when the keychain fails, as before the first unlock; on
 * Android a write is on the disk some moments after it is done.
 */
export function capacitorSecureStorage({
  secureStorage,
  key = 'nestjs-baton',
}: CapacitorSecureStorageOptions): BatonStorage {
  const items = {
    async get(name: string) {
      const found = await secureStorage.get(name, false, false);
      if (found === null || typeof found === 'string') return found;
      throw new TypeError('The secure storage holds something else');
    },
    set: (name: string, text: string) =>
      secureStorage.set(name, text, false, false, AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY),
    delete: (name: string) => secureStorage.remove(name, false),
  };
  return inSlots(items, key);
}
