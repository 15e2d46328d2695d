/** Nobody is signed out by accident, and nothing waits for ever. @see issue 13, section 2 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { create } from 'axios';
import { authorizeAxios } from '../../src/client/axios.js';
import type { BatonLock } from '../../src/client/index.js';
import { memoryStorage } from '../../src/client/storage/memory.js';
import { ANN, type Api, refreshes, startApi } from './api.js';
import { recording } from './recording.js';
import { TurnedClientClock } from './turned-client-clock.js';

const REFRESH = '/auth/token/refresh';
const AN_HOUR_MS = 3_600_000;

let api: Api;
let clock: TurnedClientClock;
beforeEach(async () => {
  api = await startApi({ auth: { cookies: { allowPlainHttp: true } } });
  clock = new TurnedClientClock();
});
afterEach(() => api.close());

const letTokensEnd = () => api.host.clock.turn(900);
const never = () => new Promise<never>(() => {});

describe('a lock', () => {
  const LOCKS: readonly [string, BatonLock][] = [
    ['that is never free', { run: never }],
    [
      'whose end never comes',
      {
        run: async (task) => {
          await task();
          return never();
        },
      },
    ],
    ['that is refused', { run: () => Promise.reject(new Error('SecurityError')) }],
    [
      'that throws',
      {
        run: () => {
          throw new Error('SecurityError');
        },
      },
    ],
  ];

  it.each(LOCKS)(
    '%s keeps nobody from signing in, refreshing and signing out',
    async (_what, lock) => {
      const storage = memoryStorage();
      const baton = api.client({ storage, lock, clock });
      await clock.turnUntil(baton.signIn(ANN), 20);
      expect(baton.getState().status).toBe('signedIn');
      letTokensEnd();
      expect((await clock.turnUntil(baton.fetch('/auth/me'), 20)).status).toBe(200);
      await clock.turnUntil(baton.signOut(), 20);
      expect(await storage.read()).toBeNull();
    },
  );

  it('that is had too late does nothing twice', async () => {
    const grants: (() => void)[] = [];
    const lock: BatonLock = {
      run: (task) =>
        new Promise((resolve, reject) => {
          grants.push(() => void task().then(resolve, reject));
        }),
    };
    const baton = api.client({ lock, clock });
    await clock.turnUntil(baton.signIn(ANN), 20);
    grants.forEach((grant) => grant());
    await nextTurn();
    expect(api.line.count('/auth/login')).toBe(1);
  });
});

describe('a server that does not answer', () => {
  it.each<[string, typeof fetch]>([
    ['and a fetch that takes no notice of signals', never],
    ['to its end', async () => new Response(new ReadableStream({ pull: never }))],
  ])('%s is given up in time', async (_what, slow) => {
    let isSlow = false;
    const fetchThen: typeof fetch = (input, init) =>
      isSlow ? slow(input, init) : fetch(input, init);
    const baton = await api.signedIn({ fetch: fetchThen, clock });
    isSlow = true;
    const began = clock.now();
    clock.set(AN_HOUR_MS);
    const token = clock.turnUntil(baton.getAccessToken());
    await expect(token).rejects.toMatchObject({ code: 'refresh_failed' });
    expect(clock.now() - began - AN_HOUR_MS).toBeLessThan(22_000);
    const signIn = clock.turnUntil(baton.signIn(ANN));
    await expect(signIn).rejects.toMatchObject({ code: 'sign_in_failed' });
    await clock.turnUntil(baton.signOut());
    expect(baton.getState().status).toBe('signedOut');
  });

  it('in a tab that was frozen has its answer thrown away, which others may have taken for lost', async () => {
    let delay = 0;
    const frozen: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      clock.set(delay);
      return response;
    };
    const storage = memoryStorage();
    const baton = await api.signedIn({ storage, fetch: frozen, clock });
    const before = await storage.read();
    letTokensEnd();
    delay = AN_HOUR_MS;
    const token = String(await baton.getAccessToken());
    const renewed = clock.turnUntil(baton.getAccessToken(token));
    await expect(renewed).rejects.toMatchObject({ code: 'refresh_failed' });
    expect(await storage.read()).toBe(before);
  });
});

it('a Retry-After of a day is obeyed for a minute', async () => {
  const baton = await api.signedIn({ clock });
  letTokensEnd();
  const headers = { 'retry-after': '86400' };
  api.line.treat = ({ path }) => (path === REFRESH ? { status: 503, headers } : 'pass');
  await expect(baton.fetch('/auth/me')).rejects.toMatchObject({
    details: { retryAfterMs: 86_400_000 },
  });
  api.line.treat = () => 'pass';
  clock.set(59_000);
  await expect(baton.fetch('/auth/me')).rejects.toMatchObject({ code: 'refresh_failed' });
  expect(refreshes(api)).toBe(1);
  clock.set(1_000);
  expect((await baton.fetch('/auth/me')).status).toBe(200);
});

describe('a route that always refuses', () => {
  beforeEach(() => {
    const headers = { 'x-auth-error': 'invalid_token' };
    api.line.treat = ({ path }) => (path === '/orders' ? { status: 401, headers } : 'pass');
  });

  it('causes ever fewer refreshes, and its callers get their 401', async () => {
    const baton = await api.signedIn({ clock });
    for (let tenths = 0; tenths < 100; tenths += 1) {
      expect((await baton.fetch('/orders', { method: 'POST', body: '{}' })).status).toBe(401);
      expect((await baton.fetch('/auth/me')).status).toBe(200);
      clock.set(100);
    }
    expect(refreshes(api)).toBeGreaterThan(1);
    expect(refreshes(api)).toBeLessThan(8);
  });

  it('causes no refresh for each request of axios', async () => {
    const baton = await api.signedIn({ clock });
    const instance = create({ baseURL: api.line.url, validateStatus: (status) => status < 400 });
    authorizeAxios(instance, baton);
    for (let requests = 0; requests < 5; requests += 1) {
      await expect(instance.post('/orders', {})).rejects.toMatchObject({
        response: { status: 401 },
      });
    }
    expect(refreshes(api)).toBe(1);
  });
});

/** A host whose errors look like this: `{ problem }`. */
const errorCode = ({ body }: { readonly body: object }): string | null => {
  const { problem }: { readonly problem?: string } = body;
  return problem ?? null;
};

it('a host that reshapes errors reads them itself', async () => {
  const reasons: string[] = [];
  const baton = await api.signedIn({ errorCode });
  baton.on('signedOut', ({ reason }) => reasons.push(reason));
  api.line.treat = ({ path }) => ({
    status: 401,
    body: JSON.stringify({ problem: path === REFRESH ? 'token_reused' : 'invalid_token' }),
  });
  await baton.fetch('/auth/me');
  expect(reasons).toEqual(['token_reused']);
});

it('the reason reaches every tab', async () => {
  const storage = memoryStorage();
  const first = await api.signedIn({ storage });
  const second = api.client({ storage });
  await second.fetch('/auth/me');
  const reasons: unknown[] = [];
  second.on('signedOut', (details) => reasons.push(details));
  const { sessionId } = second.getState();
  letTokensEnd();
  const headers = { 'x-auth-error': 'session_revoked' };
  const body = JSON.stringify({ reason: 'password_changed' });
  api.line.treat = ({ path }) => (path === REFRESH ? { status: 401, headers, body } : 'pass');
  await first.fetch('/auth/me');
  await second.fetch('/auth/me');
  expect(reasons).toEqual([{ sessionId, reason: 'session_revoked', detail: 'password_changed' }]);
  expect(refreshes(api)).toBe(1);
});

describe('a storage that takes no writes', () => {
  it('is used by one client, and says so to the others', async () => {
    const inner = memoryStorage();
    await api.signedIn({ storage: inner, clock });
    const { storage } = Object.assign(recording(inner), {
      fails: (verb: string) => verb !== 'read',
    });
    const first = api.client({ storage, clock });
    const second = api.client({ storage, clock });
    await first.getAccessToken();
    await second.getAccessToken();
    for (let round = 0; round < 2; round += 1) {
      letTokensEnd();
      clock.set(AN_HOUR_MS);
      expect((await clock.turnUntil(first.fetch('/auth/me'), 20)).status).toBe(200);
      const refused = clock.turnUntil(second.fetch('/auth/me'), 20);
      await expect(refused).rejects.toMatchObject({ code: 'storage_in_use' });
    }
    expect(first.getState().status).toBe('signedIn');
    await first.dispose();
  });
});

it('a session that was opened where neither storage nor lock work is refreshed all the same', async () => {
  const broken = recording(memoryStorage());
  broken.fails = () => true;
  const lock: BatonLock = { run: () => Promise.reject(new Error('SecurityError')) };
  const baton = await api.signedIn({ storage: broken.storage, lock });
  letTokensEnd();
  expect((await baton.fetch('/auth/me')).status).toBe(200);
});
