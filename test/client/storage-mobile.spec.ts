import type { BatonStorage } from '../../src/client/index.js';
import { capacitorSecureStorage } from '../../src/client/storage/capacitor-secure-storage.js';
import { storageContract } from '../../src/client/storage/contract.js';
import { expoSecureStorage } from '../../src/client/storage/expo-secure-store.js';
import { reactNativeEncryptedStorage } from '../../src/client/storage/react-native-encrypted-storage.js';
import { reactNativeKeychainStorage } from '../../src/client/storage/react-native-keychain.js';

const ACCESSIBLE = 'only on this device, after the first unlock';

/** What a fake platform holds, with which access; and how it fails. */
class Device {
  readonly items = new Map<string, { readonly text: string; readonly access: unknown }>();
  failure: Error | null = null;

  get(name: string): string | null {
    if (this.failure) throw this.failure;
    return this.items.get(name)?.text ?? null;
  }
  set(name: string, text: string, access: unknown = ACCESSIBLE): void {
    if (this.failure) throw this.failure;
    this.items.set(name, { text, access });
  }
  /** @returns whether it was there */
  delete(name: string): boolean {
    if (this.failure) throw this.failure;
    return this.items.delete(name);
  }
}

/** Behaves as expo-secure-store 57; refuses what its versions before 55 warned of. */
const onExpo = (device: Device): BatonStorage =>
  expoSecureStorage({
    secureStore: {
      AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY: ACCESSIBLE,
      getItemAsync: async (key) => device.get(expoKey(key)),
      setItemAsync: async (key, value, { keychainAccessible }) => {
        if (Buffer.byteLength(value) > 2048) throw new Error('larger than 2048 bytes');
        device.set(expoKey(key), value, keychainAccessible);
      },
      deleteItemAsync: async (key) => void device.delete(expoKey(key)),
    },
  });

function expoKey(key: string): string {
  if (!/^[\w.-]+$/.test(key)) throw new Error('Invalid key provided to SecureStore');
  return key;
}

/** Behaves as react-native-keychain 10. */
const onReactNativeKeychain = (device: Device): BatonStorage =>
  reactNativeKeychainStorage({
    keychain: {
      ACCESSIBLE: { AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY: ACCESSIBLE },
      getGenericPassword: async ({ service }) => {
        const password = device.get(service);
        return password === null ? false : { username: 'session', password, service };
      },
      setGenericPassword: async (username, password, { service, accessible }) => {
        if (!username || !password) throw new Error('you passed empty or null username/password');
        device.set(service, password, accessible);
        return { service };
      },
      resetGenericPassword: async ({ service }) => {
        device.delete(service);
        return true;
      },
    },
  });

/** Behaves as @aparajita/capacitor-secure-storage 8: what is kept is JSON, and may come back as a date. */
const onCapacitor = (device: Device): BatonStorage =>
  capacitorSecureStorage({
    secureStorage: {
      get: async (key, convertDate) => {
        const json = device.get(key);
        if (json === null) return null;
        const data: unknown = JSON.parse(json);
        return convertDate && /T.*Z$/.test(json) ? new Date(String(data)) : data;
      },
      set: async (key, data, _convertDate, sync, access) =>
        device.set(key, JSON.stringify(data), !sync && access === 3 ? ACCESSIBLE : 'wider'),
      remove: async (key) => device.delete(key),
    },
  });

/** Behaves as react-native-encrypted-storage 4 on iOS, which fails to remove what is not there. */
const onEncryptedStorage = (device: Device): BatonStorage =>
  reactNativeEncryptedStorage({
    encryptedStorage: {
      getItem: async (key) => device.get(key) ?? undefined,
      setItem: async (key, value) => device.set(key, value),
      removeItem: async (key) => {
        if (!device.delete(key)) throw new Error('An error occured while removing value');
      },
    },
  });

describe.each([
  ['expo-secure-store', onExpo],
  ['react-native-keychain', onReactNativeKeychain],
  ['@aparajita/capacitor-secure-storage', onCapacitor],
  ['react-native-encrypted-storage', onEncryptedStorage],
])('the storage in %s', (_name, open) => {
  const contract = storageContract(() => {
    const device = new Device();
    return { open: () => open(device) };
  });
  it.each(contract)('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined();
  });

  it('throws where the platform fails, rather than being empty', async () => {
    const device = new Device();
    const storage = open(device);
    await storage.write('value');
    device.failure = new Error('interaction not allowed');
    await expect(Promise.resolve(storage.read())).rejects.toThrow(device.failure);
    await expect(Promise.resolve(storage.write('other'))).rejects.toThrow(device.failure);
    await expect(Promise.resolve(storage.remove())).rejects.toThrow(device.failure);
    device.failure = null;
    expect(await storage.read()).toBe('value');
  });

  it('keeps it on this device alone, within reach when the device has been unlocked once', async () => {
    const device = new Device();
    await open(device).write('value');
    expect([...device.items.values()].map(({ access }) => access)).toEqual([ACCESSIBLE]);
  });

  it('leaves nothing behind when the value is removed', async () => {
    const device = new Device();
    const storage = open(device);
    for (const value of ['long'.repeat(2000), 'short', 'long'.repeat(1500)]) {
      await storage.write(value);
    }
    await storage.remove();
    expect(device.items.size).toBe(0);
  });
});

describe('react-native-keychain', () => {
  const declining = {
    ACCESSIBLE: { AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY: ACCESSIBLE },
    getGenericPassword: async ({ service }: { service: string }) =>
      service.endsWith('.a.0') && { password: '1-x-1:value' },
    setGenericPassword: async () => false,
    resetGenericPassword: async () => false,
  };

  it('that answers false has not stored, and not removed', async () => {
    const storage = reactNativeKeychainStorage({ keychain: declining });
    await expect(Promise.resolve(storage.write('value'))).rejects.toThrow('did not take');
    await expect(Promise.resolve(storage.remove())).rejects.toThrow('did not let go');
  });
});
