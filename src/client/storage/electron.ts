import type { BatonStorage } from '../storage.js';

/** The part of Electron's `safeStorage` that is used; since Electron 42. */
export interface SafeStorage {
  isAsyncEncryptionAvailable(): Promise<boolean>;
  encryptStringAsync(text: string): Promise<Buffer>;
  decryptStringAsync(encrypted: Buffer): Promise<{ readonly result: string }>;
  /** On Linux alone. */
  getSelectedStorageBackend?(): string;
}

const NO_KEY = 'safeStorage has no key of the operating system to encrypt with';

/** How Chromium on Linux marks what it encrypted with a key that is in its source. */
const PUBLIC_KEY_MARK = 'v10';

/** What `electronStorage` is told. */
export interface ElectronStorageOptions {
  /** `import { safeStorage } from 'electron'`, in the main process. */
  readonly safeStorage: SafeStorage;
  /** Where the encrypted session is kept, such as `fileStorage({ path, key: null })` under `app.getPath('userData')`. */
  readonly storage: BatonStorage;
}

/**
 * Encrypts what another storage keeps, with a key of the operating system: macOS' keychain, Windows' DPAPI, Linux'
 * Secret Service or KWallet. Before the application is ready, and on a Linux without either, where Electron would
 * encrypt with a password that is public, each verb but `remove` throws.
 *
 * @see https://www.electronjs.org/docs/latest/api/safe-storage
 */
export function electronStorage({ safeStorage, storage }: ElectronStorageOptions): BatonStorage {
  return {
    ...storage,
    async read() {
      const hidden = await storage.read();
      if (hidden === null) return null;
      await assertSafe(safeStorage);
      const { result } = await safeStorage.decryptStringAsync(Buffer.from(hidden, 'base64'));
      return result;
    },
    async write(value) {
      await assertSafe(safeStorage);
      const hidden = await safeStorage.encryptStringAsync(value);
      if (process.platform === 'linux' && hidden.toString('latin1', 0, 3) === PUBLIC_KEY_MARK) {
        throw new Error(NO_KEY);
      }
      await storage.write(hidden.toString('base64'));
    },
  };
}

async function assertSafe(safeStorage: SafeStorage): Promise<void> {
  const isAvailable = await safeStorage.isAsyncEncryptionAvailable();
  if (!isAvailable) throw new Error('safeStorage cannot encrypt (yet)');
  if (process.platform !== 'linux') return;
  const backend = safeStorage.getSelectedStorageBackend?.();
  if (backend === 'basic_text' || backend === 'unknown') {
    throw new Error(NO_KEY);
  }
}
