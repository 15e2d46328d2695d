import type { BatonStorage } from '../storage.js';

/**
 * The contract of {@link BatonStorage} as checks for any test runner:
 *
 * ```ts
 * for (const { name, run } of storageContract(makeMedium)) it(name, run);
 * ```
 *
 * @param make a fresh medium
 */
export function storageContract(
  make: () => StorageMedium | Promise<StorageMedium>,
): readonly StorageCheck[] {
  return [...VALUES, ...SHARING, ...LOCKS].map(([name, verify]) => ({
    name,
    async run() {
      const medium = await make();
      try {
        await verify(async () => medium.open());
      } finally {
        await medium.close?.();
      }
    },
  }));
}

/** A place where storages keep their value: a file, a database, a fake keychain. Each check gets a fresh one. */
export interface StorageMedium {
  /** Opens a storage on this medium, as another process or the next start of the program would. */
  open(): BatonStorage | Promise<BatonStorage>;
  /** Takes the medium away again. */
  close?(): void | Promise<void>;
}

/** What a storage is to be able to do. */
export interface StorageCheck {
  /** A sentence. */
  readonly name: string;
  /** @throws Error that says what is wrong */
  readonly run: () => Promise<void>;
}

/** Every printable ASCII character, several times over: longer than any session, and than some platforms' limits. */
const LONG = String.fromCharCode(...Array.from({ length: 95 }, (_, index) => 32 + index)).repeat(
  50,
);

const FEW = 20;

/** Opens another storage on the medium of the check. */
type Open = () => Promise<BatonStorage>;

type Check = readonly [name: string, verify: (open: Open) => Promise<void>];

const VALUES: readonly Check[] = [
  [
    'reads null where nothing was written',
    async (open) => {
      await holds(await open(), null);
    },
  ],
  [
    'reads what was written',
    async (open) => {
      const storage = await open();
      await storage.write('{"a":1}');
      await holds(storage, '{"a":1}');
    },
  ],
  [
    'keeps every printable character of a long value',
    async (open) => {
      const storage = await open();
      await storage.write(LONG);
      await holds(storage, LONG);
    },
  ],
  [
    'replaces a long value by a short one, whole',
    async (open) => {
      const storage = await open();
      await storage.write(LONG);
      await storage.write('short');
      await holds(storage, 'short');
    },
  ],
  [
    'reads null after the value was removed',
    async (open) => {
      const storage = await open();
      await storage.write(LONG);
      await storage.remove();
      await holds(storage, null);
    },
  ],
  [
    'removes what is not there without an error',
    async (open) => {
      const storage = await open();
      await storage.remove();
      await storage.remove();
    },
  ],
];

const SHARING: readonly Check[] = [
  [
    'shows the value to a storage opened later',
    async (open) => {
      await (await open()).write(LONG);
      await holds(await open(), LONG);
    },
  ],
  [
    'shows a removal to a storage opened before',
    async (open) => {
      const [first, second] = [await open(), await open()];
      await first.write('value');
      await holds(second, 'value');
      await first.remove();
      await holds(second, null);
    },
  ],
  [
    'never shows half of a value',
    async (open) => {
      const [writer, reader] = [await open(), await open()];
      const values = [LONG, 'short'];
      await writer.write('short');
      const reading = readOften(reader, values);
      for (let round = 0; round < FEW; round += 1) await writer.write(values[round % 2] ?? '');
      await reading;
    },
  ],
];

const LOCKS: readonly Check[] = [
  [
    'has a lock that lets one in at a time',
    async (open) => {
      const storages = [await open(), await open()];
      let inside = 0;
      const enter = async () => {
        inside += 1;
        assert(inside === 1, 'two were inside the lock');
        await new Promise((resolve) => setTimeout(resolve, 2));
        inside -= 1;
      };
      const { signal } = new AbortController();
      const turns = Array.from({ length: FEW }, (_, index) =>
        Promise.resolve(storages[index % 2]?.lock?.run(enter, signal)),
      );
      await Promise.all(turns);
    },
  ],
  [
    'has a lock that is free again after a task that threw',
    async (open) => {
      const [first, second] = [await open(), await open()];
      const { signal } = new AbortController();
      const thrown = await first.lock
        ?.run(() => Promise.reject(new Error('thrown')), signal)
        .catch((error: unknown) => error);
      assert(!first.lock || thrown instanceof Error, 'the lock swallowed what its task threw');
      await second.lock?.run(async () => {}, signal);
    },
  ],
];

async function readOften(storage: BatonStorage, values: readonly string[]): Promise<void> {
  for (let round = 0; round < FEW; round += 1) {
    const value = await storage.read();
    assert(value !== null && values.includes(value), 'a read saw half of a write');
  }
}

async function holds(storage: BatonStorage, expected: string | null): Promise<void> {
  const value = await storage.read();
  assert(value === expected, `read ${describe(value)} where ${describe(expected)} was expected`);
}

/** Values are secrets: not even a test that fails shows one. */
function describe(value: unknown): string {
  return typeof value === 'string' ? `${value.length} characters` : String(value);
}

function assert(holdsTrue: boolean, message: string): void {
  if (!holdsTrue) throw new Error(`BatonStorage: ${message}`);
}
