/** The first look into the storage settles who is there. @see issue 13, section 2 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BatonStorage } from '../../src/client/index.js';
import { cookieStorage } from '../../src/client/storage/cookie.js';
import { memoryStorage } from '../../src/client/storage/memory.js';
import { eventually } from '../contract/vocabulary.js';
import { type Api, refreshes, startApi } from './api.js';
import { cookieJar } from './cookie-jar.js';
import { FakeWebStorage } from './fake-web-storage.js';
import { TurnedClientClock } from './turned-client-clock.js';

let api: Api;
let clock: TurnedClientClock;
beforeEach(async () => {
  api = await startApi({ auth: { cookies: { allowPlainHttp: true } } });
  clock = new TurnedClientClock();
});
afterEach(() => api.close());

const AN_HOUR_MS = 3_600_000;

const never = () => new Promise<never>(() => {});

describe('the first look', () => {
  it.each([
    ['nonsense', 'nonsense'],
    ['half of a record', '{"records":[{"server":"http'],
    ['JSON of another shape', '{"user":"ann"}'],
    ['a record of an earlier version', '{"session":{"session_id":"a"},"ended":[]}'],
    ['no object', 'null'],
  ])('settles it where the storage holds %s, and says why', async (_what, value) => {
    const storage = memoryStorage();
    await storage.write(value);
    const baton = api.client({ storage });
    const failures: unknown[] = [];
    const states: string[] = [];
    baton.on('storageFailed', ({ error }) => failures.push(error));
    baton.subscribe(({ status }) => states.push(status));
    await baton.getAccessToken().catch(() => {});
    expect(baton.getState().status).toBe('signedOut');
    await nextTurn();
    expect(states).toEqual(['signedOut']);
    expect(failures).toEqual([expect.any(SyntaxError)]);
    expect((await baton.fetch('/wrong-pin')).status).toBe(401);
  });

  it.each([
    ['"ended":[]', '"ended":{}'],
    ['"refresh_token":', '"other_token":'],
  ])('settles it where a record of ours has, in place of %s, %s', async (shape, another) => {
    const storage = memoryStorage();
    const first = await api.signedIn({ storage });
    const value = String(await storage.read());
    await first.dispose();
    await storage.write(value.replace(shape, another));
    const baton = api.client({ storage });
    await expect(baton.getAccessToken()).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(baton.getState().status).toBe('signedOut');
  });

  it.each<[string, () => string | Promise<string>]>([
    [
      'is blocked',
      () => {
        throw new Error('SecurityError');
      },
    ],
    ['never answers', never],
  ])('settles it where the storage %s; public requests go out', async (_what, read) => {
    const storage: BatonStorage = { ...memoryStorage(), read };
    const baton = api.client({ storage, clock });
    await clock.turnUntil(baton.getAccessToken().catch(() => {}));
    expect(baton.getState().status).toBe('signedOut');
    const answer = await clock.turnUntil(
      baton.fetch('/away', { headers: { 'x-to': '/auth/me' } }).catch((error: unknown) => error),
    );
    expect(answer).toMatchObject({ code: 'storage_unavailable' });
    expect(api.line.count('/away')).toBe(1);
  });

  it('settles it on the first visit in the cookie transport, offline too', async () => {
    Reflect.set(globalThis, 'localStorage', new FakeWebStorage());
    const { fetch } = cookieJar();
    const first = api.client({ storage: cookieStorage(), fetch });
    await eventually(1_000, async () => first.getState().status === 'signedOut');

    api.line.treat = () => ({ status: 403 });
    const offline = api.client({ storage: cookieStorage(), fetch });
    const failures: unknown[] = [];
    offline.on('refreshFailed', ({ error }) => failures.push(error.code));
    await eventually(1_000, async () => offline.getState().status === 'signedOut');
    expect(failures).toEqual(['refresh_failed']);
    Reflect.deleteProperty(globalThis, 'localStorage');
  });
});

it('a sign-out before the first look is over ends the session that it would have found', async () => {
  const storage = memoryStorage();
  await (await api.signedIn({ storage })).dispose();
  const baton = api.client({ storage });
  await baton.signOut();
  expect(baton.getState().status).toBe('signedOut');
  expect(await storage.read()).toBeNull();
  expect(api.line.count('/auth/logout')).toBe(1);
});

it('a client that starts asks nothing of the server before there is need', async () => {
  const storage = memoryStorage();
  await (await api.signedIn({ storage, clock })).dispose();
  clock.set(AN_HOUR_MS);
  const baton = api.client({ storage, clock });
  expect((await baton.fetch('/wrong-pin', { headers: { authorization: 'x' } })).status).toBe(401);
  expect(baton.getState().status).toBe('signedIn');
  expect(refreshes(api)).toBe(0);
});
