import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { BatonLock } from '../lock.js';
import { codeOf } from '../lock/poll.js';
import { processLock } from '../lock/process.js';
import type { BatonStorage } from '../storage.js';
import { checkKey, seal, unseal } from './sealed.js';

/** What `fileStorage` is told. */
export interface FileStorageOptions {
  /** The file; it and missing folders above it are made for this user alone. */
  readonly path: string;
  /**
   * 32 bytes that encrypt the file (AES-256-GCM), kept elsewhere: a keychain, the environment. `null` leaves it
   * readable to whoever can read the file.
   */
  readonly key: Uint8Array | null;
  /** What excludes other processes. @default processLock(`${path}.lock`) */
  readonly lock?: BatonLock | undefined;
}

/** A file that somebody was writing when they died is swept up by a later write. Milliseconds. */
const LEFT_BEHIND_MS = 60_000;

/** Keeps the session in a file of mode 0600, replaced whole: written aside, synced, renamed. */
export function fileStorage(options: FileStorageOptions): BatonStorage {
  const path = resolve(options.path);
  const { key, lock = processLock(`${path}.lock`) } = options;
  if (key) checkKey(key);
  return {
    lock,
    async read() {
      const bytes = await readFile(path).catch(nullIfAbsent);
      if (!bytes) return null;
      return key ? unseal(bytes, key) : bytes.toString('utf8');
    },
    async write(value) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await replace(path, key ? seal(value, key) : Buffer.from(value));
      await sweep(path).catch(() => {});
    },
    async remove() {
      await rm(path, { force: true });
      await syncFolder(path).catch(nullIfAbsent);
    },
  };
}

async function replace(path: string, bytes: Buffer): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const file = await open(aside, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
  await syncFolder(path);
}

/** A rename outlasts a loss of power once its folder is synced. Windows has no such call, and no need of it. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(dirname(path), 'r');
  await folder.sync().finally(() => folder.close());
}

async function sweep(path: string): Promise<void> {
  const folder = dirname(path);
  const left = (await readdir(folder)).filter(
    (name) => name.startsWith(`${basename(path)}.`) && name.endsWith('.tmp'),
  );
  for (const name of left) {
    const { mtimeMs } = await stat(join(folder, name));
    if (Date.now() - mtimeMs > LEFT_BEHIND_MS) await rm(join(folder, name), { force: true });
  }
}

function nullIfAbsent(error: unknown): null {
  if (codeOf(error) === 'ENOENT') return null;
  throw error;
}
