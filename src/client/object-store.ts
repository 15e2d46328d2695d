/** The part of the browser's API that is used; workers have the same. */
interface Scope {
  readonly indexedDB: { open(name: string): OpenRequest };
}

/** What a verb is asked with. */
export interface Request extends EventTarget {
  readonly result: unknown;
  readonly error: unknown;
}

interface OpenRequest extends Request {
  readonly result: Database;
}

interface Database {
  createObjectStore(name: string): unknown;
  transaction(
    store: string,
    mode: 'readonly' | 'readwrite',
    options: { readonly durability: 'strict' },
  ): Transaction;
  close(): void;
}

interface Transaction extends EventTarget {
  readonly error: unknown;
  objectStore(name: string): Store;
}

/** Values by their keys. */
export interface Store {
  get(key: string): Request;
  put(value: unknown, key: string): Request;
  add(value: unknown, key: string): Request;
  delete(key: string): Request;
}

const STORE = 'session';

/**
 * Does one verb in a store of IndexedDB, and has it on the disk (`durability: 'strict'`) when it is done.
 *
 * Opened for each verb: a connection that is kept may be lost, and holds others' upgrades and deletions up.
 *
 * @param name the database's
 * @returns the verb's result
 */
export async function inStore(
  name: string,
  mode: 'readonly' | 'readwrite',
  verb: (store: Store) => Request,
): Promise<unknown> {
  const { indexedDB }: Scope = Object(globalThis);
  const database = await opened(indexedDB.open(name));
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode, { durability: 'strict' });
      const request = verb(transaction.objectStore(STORE));
      transaction.addEventListener('complete', () => resolve(request.result));
      transaction.addEventListener('abort', () => reject(transaction.error));
    });
  } finally {
    database.close();
  }
}

function opened(request: OpenRequest): Promise<Database> {
  return new Promise((resolve, reject) => {
    request.addEventListener('upgradeneeded', () => request.result.createObjectStore(STORE));
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error));
  });
}
