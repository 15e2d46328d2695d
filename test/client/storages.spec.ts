import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { BatonStorage } from '../../src/client/index.js';
import { type StorageMedium, storageContract } from '../../src/client/storage/contract.js';
import { fileStorage } from '../../src/client/storage/file.js';
import { memoryStorage } from '../../src/client/storage/memory.js';
import { sqliteStorage } from '../../src/client/storage/sqlite.js';
import { webStorage } from '../../src/client/storage/web.js';

const key = randomBytes(32);

async function inFolder(open: (folder: string) => BatonStorage): Promise<StorageMedium> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-storage-'));
  return { open: () => open(folder), close: () => rm(folder, { recursive: true }) };
}

class FakeWebStorage {
  private readonly items = new Map<string, string>();
  getItem = (name: string): string | null => this.items.get(name) ?? null;
  setItem = (name: string, value: string): void => void this.items.set(name, value);
  removeItem = (name: string): void => void this.items.delete(name);
}

describe.each<[string, () => StorageMedium | Promise<StorageMedium>]>([
  [
    'memory',
    () => {
      const storage = memoryStorage();
      return { open: () => storage };
    },
  ],
  [
    'localStorage',
    () => {
      Reflect.set(globalThis, 'localStorage', new FakeWebStorage());
      return { open: () => webStorage() };
    },
  ],
  ['a file', () => inFolder((folder) => fileStorage({ path: join(folder, 'session'), key: null }))],
  [
    'an encrypted file in a folder that is still to be made',
    () => inFolder((folder) => fileStorage({ path: join(folder, 'a', 'session'), key })),
  ],
  [
    'SQLite',
    () => inFolder((folder) => sqliteStorage({ db: new Database(join(folder, 'app.sqlite')) })),
  ],
  [
    'SQLite in memory',
    () => {
      const storage = sqliteStorage({ db: new Database(':memory:') });
      return { open: () => storage };
    },
  ],
])('the storage in %s', (_name, make) => {
  it.each(storageContract(make))('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined();
  });
});

describe('a file', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'baton-file-'));
    path = join(folder, 'session');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is readable by its owner alone, also when it replaces one that was not', async () => {
    await writeFile(path, 'old', { mode: 0o644 });
    await fileStorage({ path, key: null }).write('new');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('leaves nothing beside itself', async () => {
    const storage = fileStorage({ path, key });
    await storage.write('one');
    await storage.write('two');
    expect(await readdir(folder)).toEqual(['session']);
  });

  it('sweeps up what somebody was writing when they died, and not what is being written', async () => {
    const [stale, fresh] = [`${path}.aa.tmp`, `${path}.bb.tmp`];
    await writeFile(stale, 'half');
    await writeFile(fresh, 'half');
    const anHourAgo = new Date(Date.now() - 3_600_000);
    await utimes(stale, anHourAgo, anHourAgo);
    await fileStorage({ path, key }).write('one');
    expect((await readdir(folder)).toSorted()).toEqual(['session', 'session.bb.tmp']);
  });

  it('shows nothing of an encrypted value, and no two alike', async () => {
    const storage = fileStorage({ path, key });
    await storage.write('a-secret-value');
    const first = await readFile(path);
    await storage.write('a-secret-value');
    expect(first.includes('secret')).toBe(false);
    expect((await readFile(path)).equals(first)).toBe(false);
  });

  it.each([
    ['another key', () => Promise.resolve(randomBytes(32))],
    [
      'a changed byte',
      async () => {
        const bytes = await readFile(path);
        bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
        await writeFile(path, bytes);
        return key;
      },
    ],
    [
      'half a file',
      async () => {
        const bytes = await readFile(path);
        await writeFile(path, bytes.subarray(0, 20));
        return key;
      },
    ],
  ])('cannot be read with %s, rather than being empty', async (_what, damage) => {
    await fileStorage({ path, key }).write('a-secret-value');
    const damaged = fileStorage({ path, key: await damage() });
    await expect(Promise.resolve(damaged.read())).rejects.toThrow(/./);
  });

  it('refuses a key of another length', () => {
    expect(() => fileStorage({ path, key: randomBytes(16) })).toThrow(RangeError);
  });
});

it('a SQLite database waits for the disk', () => {
  const db = new Database(':memory:');
  void sqliteStorage({ db }).read();
  expect(db.pragma('synchronous', { simple: true })).toBe(2);
});
