/** What platforms have and lack. @see issue 13, section 3 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { BatonClock } from '../../src/client/index.js';
import { memoryStorage } from '../../src/client/storage/memory.js';
import { sqliteStorage } from '../../src/client/storage/sqlite.js';
import { type Api, nameOf, refreshes, startApi } from './api.js';

const REFRESH = '/auth/token/refresh';

let api: Api;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const letTokensEnd = () => api.host.clock.turn(900);
const keys = () =>
  api.line.seen
    .filter(({ path }) => path === REFRESH)
    .map(({ headers }) => String(headers['idempotency-key']));

const broken = () => new ReadableStream({ start: (body) => body.error(new Error('Cut')) });

/** Takes a global away for as long as a task runs. */
async function without(name: string, task: () => Promise<void>): Promise<void> {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
  Object.defineProperty(globalThis, name, { value: undefined, configurable: true, writable: true });
  Reflect.deleteProperty(globalThis, name);
  await task().finally(() => descriptor && Object.defineProperty(globalThis, name, descriptor));
}

describe('fetch', () => {
  it('is looked up at each call', async () => {
    const baton = await api.signedIn();
    const original = globalThis.fetch;
    globalThis.fetch = async () => Response.json({ username: 'mocked' });
    const name = await nameOf(baton).finally(() => (globalThis.fetch = original));
    expect(name).toBe('mocked');
  });

  it('of another package is given addresses and plain headers, for a Request too', async () => {
    const given: unknown[] = [];
    const own: typeof fetch = (input, init) => {
      given.push(input, init?.headers);
      return fetch(input, init);
    };
    const baton = await api.signedIn({ fetch: own });
    letTokensEnd();
    const request = new Request(`${api.line.url}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-own': 'kept' },
      body: '{"count":3}',
    });
    expect(await (await baton.fetch(request)).json()).toMatchObject({ body: { count: 3 } });
    expect(api.line.seen.at(-1)?.headers).toMatchObject({ 'x-own': 'kept' });
    expect(
      given.filter((one) => typeof one === 'object').map((one) => Object.getPrototypeOf(one)),
    ).toEqual(given.filter((one) => typeof one === 'object').map(() => Object.prototype));
    expect(given.some((one) => one instanceof Request)).toBe(false);
  });

  it.each<[string, (answer: Response) => Response]>([
    [
      'whose bodies cannot be cancelled, as those of node-fetch',
      (answer) => Object.defineProperty(answer, 'body', { value: Readable.from([]) }),
    ],
    ['whose answer breaks off', (answer) => new Response(broken(), answer)],
  ])('%s sends again', async (_what, changed) => {
    const own: typeof fetch = async (input, init) => {
      const answer = await fetch(input, init);
      return answer.status === 401 ? changed(answer) : answer;
    };
    const baton = await api.signedIn({ fetch: own });
    letTokensEnd();
    expect(await nameOf(baton)).toBe('ann');
  });

  it('follows no redirect with a token or a password', async () => {
    const baton = await api.signedIn();
    letTokensEnd();
    const headers = { location: '/orders' };
    api.line.treat = ({ path }) => (path === REFRESH ? { status: 307, headers } : 'pass');
    await expect(baton.fetch('/auth/me')).rejects.toMatchObject({ code: 'refresh_failed' });
    expect(api.line.count('/orders')).toBe(0);
  });

  it('that is aborted rejects where signals have no reason', async () => {
    const baton = await api.signedIn();
    letTokensEnd();
    const held = api.line.hold(REFRESH);
    const controller = new AbortController();
    Object.defineProperty(controller.signal, 'reason', { value: undefined });
    const request = baton
      .fetch('/auth/me', { signal: controller.signal })
      .catch((error: unknown) => error);
    await held.arrived;
    controller.abort();
    expect(await request).toMatchObject({ name: 'AbortError' });
    held.letGo();
  });
});

describe('the key of repeats', () => {
  it('is there without WebCrypto: the same for a repeat, another for the next token', async () => {
    await without('crypto', async () => {
      const baton = await api.signedIn();
      letTokensEnd();
      let cuts = 1;
      api.line.treat = ({ path }) => (path === REFRESH && (cuts -= 1) >= 0 ? 'after' : 'pass');
      expect(await nameOf(baton)).toBe('ann');
      letTokensEnd();
      expect(await nameOf(baton)).toBe('ann');
    });
    const [first, repeat, next] = keys();
    expect(first).toMatch(/^\d+(-\d+){3}$/);
    expect(repeat).toBe(first);
    expect(next).not.toBe(first);
  });

  it('is made by the HMAC that is injected', async () => {
    const baton = await api.signedIn({ hmac: (secret, token) => `${secret}-${token.length}` });
    letTokensEnd();
    await baton.fetch('/auth/me');
    expect(keys()).toEqual([expect.stringMatching(/^\d+(-\d+){4}$/)]);
  });
});

it('a client is made, and reads a storage that answers at once, where no timer may be set', async () => {
  const clock: BatonClock = {
    now: () => Date.now(),
    setTimeout: () => {
      throw new Error('Disallowed operation called within global scope');
    },
  };
  const baton = api.client({ clock, storage: memoryStorage() });
  expect(await baton.getAccessToken()).toBeNull();
  expect(baton.getState().status).toBe('signedOut');
});

it('a baseUrl of the page is resolved against it', async () => {
  Reflect.set(globalThis, 'location', { href: `${api.line.url}/some/page?x=1` });
  const baton = await api.signedIn({ baseUrl: '' });
  expect(await nameOf(baton)).toBe('ann');
  await api.client({ baseUrl: '/api' }).fetch('/x');
  Reflect.deleteProperty(globalThis, 'location');
  expect(api.line.seen.at(-1)?.path).toBe('/api/x');
});

describe('SQLite', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'baton-sqlite-'));
    path = join(folder, 'app.sqlite');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("writes nothing into a transaction of the application's, which is rolled back", async () => {
    const db = new Database(path);
    const storage = sqliteStorage({ db });
    const baton = await api.signedIn({ storage });
    letTokensEnd();
    db.exec('BEGIN');
    const request = nameOf(baton);
    // The lock is SQLite's, which is asked for by real time.
    await sleep(200);
    db.exec('ROLLBACK');
    expect(await request).toBe('ann');
    letTokensEnd();
    expect(await nameOf(api.client({ storage: sqliteStorage({ db: new Database(path) }) }))).toBe(
      'ann',
    );
    expect(refreshes(api)).toBe(2);
  });

  it('lets the event loop go on while another process has the database', async () => {
    const storage = sqliteStorage({ db: new Database(path) });
    await storage.write('before');
    const other = new Database(path);
    other.exec('BEGIN EXCLUSIVE');
    let longestMs = 0;
    let last = performance.now();
    const watch = setInterval(() => {
      longestMs = Math.max(longestMs, performance.now() - last);
      last = performance.now();
    }, 5);
    const written = Promise.resolve(storage.write('after'));
    // As long as another process has it: SQLite waits by real time.
    await sleep(1_000);
    other.exec('COMMIT');
    await written;
    clearInterval(watch);
    expect(longestMs).toBeLessThan(500);
    expect(await storage.read()).toBe('after');
  });

  it("throws after a moment, and leaves the application's own patience as it was", async () => {
    const db = new Database(path, { timeout: 1234 });
    const storage = sqliteStorage({ db });
    await storage.write('before');
    const other = new Database(path);
    other.exec('BEGIN EXCLUSIVE');
    await expect(Promise.resolve(storage.write('after'))).rejects.toThrow(/./);
    expect(db.pragma('busy_timeout', { simple: true })).toBe(1234);
    // Held until here: one that nobody holds is closed with the garbage, and locks nothing any more.
    other.close();
  });
});
