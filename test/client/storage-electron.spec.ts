import { storageContract } from '../../src/client/storage/contract.js';
import { type SafeStorage, electronStorage } from '../../src/client/storage/electron.js';
import { memoryStorage } from '../../src/client/storage/memory.js';

const turned = (bytes: Buffer) => Buffer.from(bytes.map((byte) => byte ^ 0xff));

/** Turns bytes over, as Electron marks them; decrypts nothing else. */
function fakeSafeStorage(changes: Partial<SafeStorage> = {}): SafeStorage {
  return {
    isAsyncEncryptionAvailable: async () => true,
    encryptStringAsync: async (text) =>
      Buffer.concat([Buffer.from('v11'), turned(Buffer.from(text))]),
    decryptStringAsync: async (encrypted) => {
      if (encrypted.toString('latin1', 0, 3) !== 'v11') throw new Error('cannot decrypt');
      return { shouldReEncrypt: false, result: turned(encrypted.subarray(3)).toString() };
    },
    getSelectedStorageBackend: () => 'gnome_libsecret',
    ...changes,
  };
}

function onPlatform(platform: string): void {
  const real = process.platform;
  beforeAll(() => void Object.defineProperty(process, 'platform', { value: platform }));
  afterAll(() => void Object.defineProperty(process, 'platform', { value: real }));
}

describe('the storage encrypted by Electron', () => {
  const contract = storageContract(() => {
    const storage = memoryStorage();
    return { open: () => electronStorage({ safeStorage: fakeSafeStorage(), storage }) };
  });
  it.each(contract)('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined();
  });

  it('keeps nothing readable in the storage beneath', async () => {
    const storage = memoryStorage();
    await electronStorage({ safeStorage: fakeSafeStorage(), storage }).write('a-secret-value');
    const kept = String(await storage.read());
    expect(kept).not.toContain('secret');
    expect(Buffer.from(kept, 'base64').toString()).not.toContain('secret');
  });

  it('throws where the value was encrypted by another key, rather than being empty', async () => {
    const storage = memoryStorage();
    await storage.write('AAAA');
    const read = electronStorage({ safeStorage: fakeSafeStorage(), storage }).read();
    await expect(read).rejects.toThrow('cannot decrypt');
  });

  it('passes on the lock of the storage beneath', () => {
    const storage = memoryStorage();
    expect(electronStorage({ safeStorage: fakeSafeStorage(), storage }).lock).toBe(storage.lock);
  });

  it('throws before the application is ready, and writes nothing', async () => {
    const storage = memoryStorage();
    const safeStorage = fakeSafeStorage({ isAsyncEncryptionAvailable: async () => false });
    const encrypted = electronStorage({ safeStorage, storage });
    await expect(encrypted.write('value')).rejects.toThrow('cannot encrypt');
    expect(await storage.read()).toBeNull();
    await storage.write('djEx');
    await expect(encrypted.read()).rejects.toThrow('cannot encrypt');
  });

  describe('on Linux', () => {
    onPlatform('linux');

    it.each([
      ['that says so', { getSelectedStorageBackend: () => 'basic_text' }],
      ['that is not known yet', { getSelectedStorageBackend: () => 'unknown' }],
      ['that shows in its mark', { encryptStringAsync: async () => Buffer.from('v10…') }],
    ])('refuses encryption with a public password %s', async (_what, changes) => {
      const storage = memoryStorage();
      const encrypted = electronStorage({ safeStorage: fakeSafeStorage(changes), storage });
      await expect(encrypted.write('value')).rejects.toThrow('no key of the operating system');
      expect(await storage.read()).toBeNull();
    });
  });

  describe('on macOS, where the same mark means the keychain', () => {
    onPlatform('darwin');

    it('writes', async () => {
      const safeStorage = fakeSafeStorage({
        encryptStringAsync: async () => Buffer.from('v10…'),
        getSelectedStorageBackend: undefined,
      });
      const storage = memoryStorage();
      await electronStorage({ safeStorage, storage }).write('value');
      expect(await storage.read()).not.toBeNull();
    });
  });
});
