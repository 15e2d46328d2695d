/**
 * Runs within a session bus, as a program of its own: Jest hides the environment from native code.
 * Writes what came out as one line of JSON: the name of each check and, if it failed, why.
 */
import { execFileSync } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type StorageCheck, storageContract } from '../../../src/client/storage/contract.js';
import { keychainItems, keychainStorage } from '../../../src/client/storage/keychain.js';
import { inSlots } from '../../../src/client/storage/slots.js';

const SECRET = 'a-secret-value';
/** As on Windows: a long value takes several items. */
const MAX_BYTES = 1280;

let count = 0;
const newService = () => `nestjs-baton-test-${process.pid}-${(count += 1)}`;

const CHECKS: Record<string, () => readonly StorageCheck[]> = {
  contract: () =>
    storageContract(() => {
      const service = newService();
      return { open: () => keychainStorage({ service }) };
    }),
  small: () =>
    storageContract(() => {
      const service = newService();
      return { open: () => inSlots(keychainItems(service), 'session', MAX_BYTES) };
    }),
  kept: () => [
    { name: 'is in the keyring file, unreadable', run: isInKeyringFile },
    { name: 'is not in the keyring of the kernel', run: isNotInKernel },
    { name: 'throws at every verb while the keyring is locked', run: throwsWhileLocked },
  ],
  refused: () => [
    { name: 'throws at a write', run: () => throws(() => storage.write(SECRET)) },
    { name: 'leaves nothing in the keyring of the kernel', run: isNotInKernel },
  ],
  unreachable: () => [
    { name: 'throws at a read', run: () => throws(() => storage.read()) },
    { name: 'throws at a removal', run: () => throws(() => storage.remove()) },
  ],
};

const storage = keychainStorage({ service: newService() });

async function isInKeyringFile(): Promise<void> {
  await storage.write(SECRET);
  const folder = join(homedir(), '.local/share/keyrings');
  const files = await readdir(folder);
  const bytes = await Promise.all(files.map((name) => readFile(join(folder, name))));
  assert(files.includes('login.keyring'), `only ${files.join()} in the folder of keyrings`);
  assert(!bytes.some((content) => content.includes(SECRET)), 'the value is readable in a file');
}

async function isNotInKernel(): Promise<void> {
  const keys = await readFile('/proc/keys', 'utf8').catch(() => '');
  assert(!keys.includes('nestjs-baton-test'), 'the kernel has a key');
}

async function throwsWhileLocked(): Promise<void> {
  await storage.write(SECRET);
  lockKeyring();
  await throws(() => storage.read());
  await throws(() => storage.write('other'));
  await throws(() => storage.remove());
}

function lockKeyring(): void {
  const path = '/org/freedesktop/secrets';
  execFileSync('dbus-send', [
    '--session',
    '--print-reply',
    '--dest=org.freedesktop.secrets',
    path,
    'org.freedesktop.Secret.Service.Lock',
    `array:objpath:${path}/collection/login`,
  ]);
}

async function throws(verb: () => unknown): Promise<void> {
  const message = await Promise.resolve()
    .then(verb)
    .then(
      () => 'nothing',
      (error: unknown) => String(error),
    );
  assert(/DBus|Secret Service/.test(message), `${message} was thrown, not by the Secret Service`);
}

function assert(holds: boolean, message: string): void {
  if (!holds) throw new Error(message);
}

const outcomes: { name: string; error: string | null }[] = [];
for (const group of process.argv.slice(2)) {
  for (const { name, run } of CHECKS[group]?.() ?? []) {
    const error = await run().then(
      () => null,
      (thrown: unknown) => String(thrown),
    );
    outcomes.push({ name: `${group}: ${name}`, error });
  }
}
process.stdout.write(`${JSON.stringify(outcomes)}\n`);
