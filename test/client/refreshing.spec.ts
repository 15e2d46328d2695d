import { memoryStorage } from '../../src/client/storage/memory.js';
import type { MeBody } from '../../src/wire.js';
import { ANN, type Api, refreshes, startApi } from './api.js';
import { recording } from './recording.js';
import { TurnedClientClock } from './turned-client-clock.js';

const FIFTEEN_MINUTES = 900;

let api: Api;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

/** The server's clock alone goes on: the client learns of it by a 401. */
const letTokensEnd = () => api.host.clock.turn(FIFTEEN_MINUTES);

const sessionIdOf = async (response: Response): Promise<string> => {
  const { session_id: id }: Partial<MeBody> = Object(await response.json());
  return String(id);
};

it('signs in, and sends the access token along', async () => {
  const baton = await api.signedIn();
  const response = await baton.fetch('/auth/me');
  expect(response.status).toBe(200);
  expect(await sessionIdOf(response)).toBe(baton.getState().sessionId);
});

it('says with which code the server refused to sign in', async () => {
  const refused = api.client().signIn({ ...ANN, password: 'wrong' });
  await expect(refused).rejects.toMatchObject({
    code: 'sign_in_failed',
    details: { status: 401, serverCode: 'invalid_credentials' },
  });
});

it('is plain fetch while nobody is signed in', async () => {
  const response = await api.client().fetch('/auth/me');
  expect(response.status).toBe(401);
  expect(api.line.seen.map(({ path }) => path)).toEqual(['/auth/me']);
});

it('refreshes after a 401 and sends the request again, in the same session', async () => {
  const baton = await api.signedIn();
  const { sessionId } = baton.getState();
  letTokensEnd();
  expect(await sessionIdOf(await baton.fetch('/auth/me'))).toBe(sessionId);
  expect(refreshes(api)).toBe(1);
});

it('makes one refresh of 50 parallel 401s', async () => {
  const baton = await api.signedIn();
  letTokensEnd();
  const responses = await Promise.all(Array.from({ length: 50 }, () => baton.fetch('/auth/me')));
  expect(responses.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200));
  expect(refreshes(api)).toBe(1);
});

it('makes one refresh of two clients on one storage', async () => {
  const storage = memoryStorage();
  const first = await api.signedIn({ storage });
  const second = api.client({ storage });
  await second.fetch('/auth/me');
  letTokensEnd();
  const both = await Promise.all([first.fetch('/auth/me'), second.fetch('/auth/me')]);
  expect(both.map(({ status }) => status)).toEqual([200, 200]);
  expect(refreshes(api)).toBe(1);
});

it('refreshes ahead of the end, without a 401', async () => {
  const clock = new TurnedClientClock();
  const baton = await api.signedIn({ clock });
  clock.set(869_000);
  await baton.getAccessToken();
  expect(refreshes(api)).toBe(0);
  clock.set(2_000);
  const held = api.line.hold('/auth/token/refresh');
  await baton.getAccessToken();
  await held.arrived;
  held.letGo();
  expect((await baton.fetch('/auth/me')).status).toBe(200);
  expect(api.line.count('/auth/me')).toBe(1);
});

it('stores a new pair before anybody sees it', async () => {
  const { storage, calls } = recording(memoryStorage());
  const baton = await api.signedIn({ storage });
  letTokensEnd();
  const before = calls.length;
  api.line.treat = ({ path }) => {
    calls.push(path);
    return 'pass';
  };
  await baton.fetch('/auth/me');
  const order = calls.slice(before).filter((call) => call !== 'read');
  expect(order).toEqual(['/auth/me', '/auth/token/refresh', 'write', '/auth/me']);
});

it('sends the same Idempotency-Key with each repeat of one token, and another with the next', async () => {
  const baton = await api.signedIn();
  letTokensEnd();
  let cuts = 2;
  api.line.treat = ({ path }) => {
    if (path !== '/auth/token/refresh' || cuts === 0) return 'pass';
    cuts -= 1;
    return 'after';
  };
  expect((await baton.fetch('/auth/me')).status).toBe(200);
  letTokensEnd();
  expect((await baton.fetch('/auth/me')).status).toBe(200);
  const keys = api.line.seen
    .filter(({ path }) => path === '/auth/token/refresh')
    .map(({ headers }) => headers['idempotency-key']);
  expect(keys).toHaveLength(4);
  expect(new Set(keys.slice(0, 3)).size).toBe(1);
  expect(keys[3]).not.toBe(keys[0]);
  expect(keys[0]).toMatch(/^[\x21-\x7e]{16,128}$/);
});

it('stops after one replay when a brand-new token is refused', async () => {
  const baton = await api.signedIn();
  const headers = { 'x-auth-error': 'invalid_token' };
  api.line.treat = ({ path }) => (path === '/auth/me' ? { status: 401, headers } : 'pass');
  expect((await baton.fetch('/auth/me')).status).toBe(401);
  expect(api.line.count('/auth/me')).toBe(2);
  expect((await baton.fetch('/auth/me')).status).toBe(401);
  expect(api.line.count('/auth/me')).toBe(3);
  expect(refreshes(api)).toBe(1);
  expect(baton.getState().status).toBe('signedIn');
});

it('leaves the server alone for a while after a refresh failed', async () => {
  const clock = new TurnedClientClock();
  const baton = await api.signedIn({ clock });
  letTokensEnd();
  api.line.treat = ({ path }) => (path === '/auth/token/refresh' ? { status: 503 } : 'pass');
  const request = clock.turnUntil(baton.fetch('/auth/me'));
  await expect(request).rejects.toMatchObject({ code: 'refresh_failed' });
  const tried = refreshes(api);
  await expect(baton.fetch('/auth/me')).rejects.toMatchObject({ code: 'refresh_failed' });
  expect(refreshes(api)).toBe(tried);
  expect(tried).toBe(3);
});

it.each([
  ['in seconds', { 'retry-after': '2' }],
  ['as a date', { 'retry-after': new Date(2000).toUTCString(), date: new Date(0).toUTCString() }],
])('obeys Retry-After %s', async (_how, headers) => {
  const clock = new TurnedClientClock();
  const baton = await api.signedIn({ clock });
  letTokensEnd();
  api.line.treat = ({ path }) =>
    path === '/auth/token/refresh' ? { status: 429, headers } : 'pass';
  await expect(baton.fetch('/auth/me')).rejects.toMatchObject({
    code: 'refresh_failed',
    details: { status: 429, retryAfterMs: 2000 },
  });
  expect(refreshes(api)).toBe(1);
  api.line.treat = () => 'pass';
  clock.turn(1_999);
  await expect(baton.fetch('/auth/me')).rejects.toMatchObject({ code: 'refresh_failed' });
  clock.turn(1);
  expect((await baton.fetch('/auth/me')).status).toBe(200);
});

it('asks again at once when it is woken', async () => {
  const baton = await api.signedIn();
  letTokensEnd();
  api.line.treat = () => 'before';
  await expect(baton.getAccessToken(String(await baton.getAccessToken()))).rejects.toMatchObject({
    code: 'refresh_failed',
  });
  api.line.treat = () => 'pass';
  api.wake();
  expect((await baton.fetch('/auth/me')).status).toBe(200);
});

it.each([5, -5])('stays signed in when the clock is set %i hours', async (hours) => {
  const clock = new TurnedClientClock();
  const baton = await api.signedIn({ clock });
  const { sessionId } = baton.getState();
  clock.set(hours * 3_600_000);
  for (let round = 0; round < 10; round += 1) {
    letTokensEnd();
    expect(await sessionIdOf(await baton.fetch('/auth/me'))).toBe(sessionId);
  }
  expect(refreshes(api)).toBeLessThanOrEqual(11);
  const before = refreshes(api);
  await baton.fetch('/auth/me');
  await baton.fetch('/auth/me');
  expect(refreshes(api)).toBe(before);
});

it('calls no listener while the lock is held', async () => {
  let isHeld = false;
  const seen: boolean[] = [];
  const baton = await api.signedIn({
    lock: {
      async run(task) {
        isHeld = true;
        try {
          return await task();
        } finally {
          isHeld = false;
        }
      },
    },
  });
  baton.on('refreshed', () => seen.push(isHeld));
  baton.on('signedOut', () => seen.push(isHeld));
  baton.subscribe(() => seen.push(isHeld));
  letTokensEnd();
  await baton.fetch('/auth/me');
  await baton.signOut();
  expect(seen).toEqual([false, false, false]);
});

it('lets the caller give up waiting, and refreshes all the same', async () => {
  const baton = await api.signedIn();
  letTokensEnd();
  const held = api.line.hold('/auth/token/refresh');
  const controller = new AbortController();
  const request = baton.fetch('/auth/me', { signal: controller.signal });
  await held.arrived;
  controller.abort();
  await expect(request).rejects.toMatchObject({ name: 'AbortError' });
  held.letGo();
  expect((await baton.fetch('/auth/me')).status).toBe(200);
  expect(refreshes(api)).toBe(1);
});

it('gives up a server that does not answer before its grace period ends', async () => {
  const clock = new TurnedClientClock();
  const baton = await api.signedIn({ clock });
  letTokensEnd();
  const held = api.line.hold('/auth/token/refresh');
  const began = clock.now();
  const request = clock.turnUntil(baton.fetch('/auth/me'));
  await expect(request).rejects.toMatchObject({ code: 'refresh_failed' });
  expect(clock.now() - began).toBeLessThan(22_000);
  held.letGo();
  expect(baton.getState().status).toBe('signedIn');
});
