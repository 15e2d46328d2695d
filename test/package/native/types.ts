/** Compiles while the storages' parameters are what the real packages give. Never runs: run `./run`. */
import { KeychainAccess, SecureStorage } from '@aparajita/capacitor-secure-storage';
import type { safeStorage } from 'electron';
import * as SecureStore from 'expo-secure-store';
import EncryptedStorage from 'react-native-encrypted-storage';
import * as keychain from 'react-native-keychain';
import {
  type CapacitorSecureStorage,
  capacitorSecureStorage,
} from '../../../src/client/storage/capacitor-secure-storage.js';
import { type SafeStorage, electronStorage } from '../../../src/client/storage/electron.js';
import {
  type ExpoSecureStore,
  expoSecureStorage,
} from '../../../src/client/storage/expo-secure-store.js';
import { memoryStorage } from '../../../src/client/storage/memory.js';
import {
  type EncryptedStorage as EncryptedStorageLike,
  reactNativeEncryptedStorage,
} from '../../../src/client/storage/react-native-encrypted-storage.js';
import {
  type ReactNativeKeychain,
  reactNativeKeychainStorage,
} from '../../../src/client/storage/react-native-keychain.js';

SecureStore satisfies ExpoSecureStore<number>;
keychain satisfies ReactNativeKeychain<keychain.ACCESSIBLE>;
SecureStorage satisfies CapacitorSecureStorage;
EncryptedStorage satisfies EncryptedStorageLike;
KeychainAccess.afterFirstUnlockThisDeviceOnly satisfies 3;

export const storages = (real: typeof safeStorage) => [
  expoSecureStorage({ secureStore: SecureStore }),
  reactNativeKeychainStorage({ keychain }),
  capacitorSecureStorage({ secureStorage: SecureStorage }),
  reactNativeEncryptedStorage({ encryptedStorage: EncryptedStorage }),
  electronStorage({ safeStorage: real satisfies SafeStorage, storage: memoryStorage() }),
];
