import type { BatonStorage } from '../storage.js';
import { inSlots } from './slots.js';

/** The part of `react-native-keychain` that is used. */
export interface ReactNativeKeychain<Accessible> {
  readonly ACCESSIBLE: { readonly AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY: Accessible };
  readonly getGenericPassword: (options: {
    readonly service: string;
  }) => Promise<false | { readonly password: string }>;
  readonly setGenericPassword: (
    username: string,
    password: string,
    options: { readonly service: string; readonly accessible: Accessible },
  ) => Promise<unknown>;
  readonly resetGenericPassword: (options: { readonly service: string }) => Promise<boolean>;
}

/** What `reactNativeKeychainStorage` is told. */
export interface ReactNativeKeychainStorageOptions<Accessible> {
  /** `import * as keychain from 'react-native-keychain'` */
  readonly keychain: ReactNativeKeychain<Accessible>;
  /** What the names of the items begin with. @default 'nestjs-baton' */
  readonly service?: string | undefined;
}

/**
 * Keeps the session in the iOS keychain, readable once the device has been unlocked and never on another device, or
 * on Android encrypted by a key of the Keystore. Asks the user for nothing: a session is renewed in the background.
 */
export function reactNativeKeychainStorage<Accessible>({
  keychain,
  service: prefix = 'nestjs-baton',
}: ReactNativeKeychainStorageOptions<Accessible>): BatonStorage {
  const accessible = keychain.ACCESSIBLE.AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY;
  const items = {
    async get(service: string) {
      const found = await keychain.getGenericPassword({ service });
      return found ? found.password : null;
    },
    async set(service: string, text: string) {
      const saved = await keychain.setGenericPassword('session', text, { service, accessible });
      if (!saved) throw new Error('The keychain did not take the session');
    },
    async delete(service: string) {
      const deleted = await keychain.resetGenericPassword({ service });
      if (!deleted) throw new Error('The keychain did not let go of the session');
    },
  };
  return inSlots(items, prefix);
}
