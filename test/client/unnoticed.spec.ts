/** Deliberate bugs that no test noticed. @see issue 13, section 7 */
import type { BatonLock, BatonStorage } from '../../src/client/index.js';
import { cookieStorage } from '../../src/client/storage/cookie.js';
import { memoryStorage } from '../../src/client/storage/memory.js';
import { webStorage } from '../../src/client/storage/web.js';
import { eventually } from '../contract/vocabulary.js';
import { ANN, type Api, nameOf, reasonsOf, refreshes, startApi } from './api.js';
import { cookieJar } from './cookie-jar.js';
import { FakeWebStorage } from './fake-web-storage.js';
import { TurnedClientClock } from './turned-client-clock.js';

const REFRESH = '/auth/token/refresh';
const BOB = { ...ANN, username: 'bob' };
const AN_HOUR_MS = 3_600_000;

/** As in a frame that may not lock. */
const refusing: BatonLock = { run: () => Promise.reject(new Error('SecurityError')) };

let api: Api;
let clock: TurnedClientClock;
beforeEach(async () => {
  api = await startApi({ auth: { cookies: { allowPlainHttp: true } } });
  clock = new TurnedClientClock();
});
afterEach(() => api.close());

const letTokensEnd = () => api.host.clock.turn(900);
const caught = (error: unknown) => error;
const refuseRefreshes = () => {
  api.line.treat = ({ path }) => (path === REFRESH ? { status: 403 } : 'pass');
};

it('a session that was signed out here stays so, whoever writes it back', async () => {
  const storage = memoryStorage();
  const baton = await api.signedIn({ storage });
  const before = String(await storage.read());
  await baton.signOut();
  await storage.write(before);
  expect(await baton.getAccessToken()).toBeNull();
  expect(baton.getState().status).toBe('signedOut');
  api.wake();
  await eventually(1_000, async () => (await storage.read()) !== before);
  expect(await storage.read()).toBeNull();
});

it('a sign-out that meets the writing of a new pair wins', async () => {
  const inner = memoryStorage();
  let isSlow = false;
  let [writes, goOn] = [() => {}, () => {}];
  const writing = new Promise<void>((resolve) => (writes = resolve));
  const written = new Promise<void>((resolve) => (goOn = resolve));
  const write = async (value: string) => {
    writes();
    if (isSlow) await written;
    await inner.write(value);
  };
  const baton = await api.signedIn({ storage: { ...inner, write } });
  letTokensEnd();
  isSlow = true;
  const request = baton.fetch('/auth/me').catch(caught);
  await writing;
  const signedOut = baton.signOut();
  goOn();
  await Promise.all([signedOut, request]);
  expect(baton.getState().status).toBe('signedOut');
  expect(await baton.getAccessToken()).toBeNull();
  expect(await inner.read()).toBeNull();
});

it('nobody waits for a refresh while the token lives', async () => {
  const baton = await api.signedIn({ clock });
  const token = await baton.getAccessToken();
  clock.set(880_000);
  const held = api.line.hold(REFRESH);
  expect(await baton.getAccessToken()).toBe(token);
  await held.arrived;
  held.letGo();
  expect(refreshes(api)).toBe(1);
});

describe('failures', () => {
  const random = Math.random;
  beforeEach(() => {
    Math.random = () => 0.99;
  });
  afterEach(() => {
    Math.random = random;
  });

  it('are forgotten after a refresh that succeeded', async () => {
    const baton = await api.signedIn({ clock });
    letTokensEnd();
    refuseRefreshes();
    for (let failures = 0; failures < 6; failures += 1) {
      await expect(baton.fetch('/auth/me')).rejects.toMatchObject({ code: 'refresh_failed' });
      clock.set(60_000);
    }
    api.line.treat = () => 'pass';
    expect(await nameOf(baton)).toBe('ann');
    letTokensEnd();
    refuseRefreshes();
    await expect(baton.fetch('/auth/me')).rejects.toMatchObject({ code: 'refresh_failed' });
    api.line.treat = () => 'pass';
    clock.set(1_200);
    expect(await nameOf(baton)).toBe('ann');
  });

  it('make nobody wait for a clock that was set back', async () => {
    const baton = await api.signedIn({ clock });
    letTokensEnd();
    refuseRefreshes();
    await expect(baton.fetch('/auth/me')).rejects.toMatchObject({ code: 'refresh_failed' });
    api.line.treat = () => 'pass';
    clock.set(-AN_HOUR_MS);
    expect(await nameOf(baton)).toBe('ann');
  });
});

it('no challenge without our mark has a POST run twice', async () => {
  const baton = await api.signedIn();
  const headers = { 'www-authenticate': 'Bearer realm="x", error="invalid_token"' };
  api.line.treat = () => ({ status: 401, headers });
  expect((await baton.fetch('/orders', { method: 'POST', body: '{}' })).status).toBe(401);
  expect(api.line.count('/orders')).toBe(1);
});

describe('dispose', () => {
  it('ends what it listens to, and who listens to it', async () => {
    const ended: string[] = [];
    const storage: BatonStorage = { ...memoryStorage(), watch: () => () => ended.push('watch') };
    const baton = await api.signedIn({ storage, wakeOn: () => () => ended.push('wake') });
    const reasons = reasonsOf(baton);
    await baton.dispose();
    await baton.signOut();
    expect(ended.toSorted()).toEqual(['wake', 'watch']);
    expect(reasons).toEqual([]);
  });
});

describe('where no lock can be had', () => {
  it('no refresh is begun while somebody signs in', async () => {
    const baton = await api.signedIn({ clock, lock: refusing });
    clock.set(AN_HOUR_MS);
    const held = api.line.hold('/auth/login');
    const signingIn = baton.signIn(BOB);
    await held.arrived;
    const token = baton.getAccessToken().catch(caught);
    held.letGo();
    expect(await token).toMatchObject({ code: 'session_changed' });
    await signingIn;
    expect(refreshes(api)).toBe(0);
  });

  it('nor for a token that is about to end, which is given out meanwhile', async () => {
    const baton = await api.signedIn({ clock, lock: refusing });
    const token = await baton.getAccessToken();
    clock.set(880_000);
    const held = api.line.hold('/auth/login');
    const signingIn = baton.signIn(BOB);
    await held.arrived;
    expect(await baton.getAccessToken()).toBe(token);
    held.letGo();
    await signingIn;
    expect(await nameOf(baton)).toBe('bob');
    expect(refreshes(api)).toBe(0);
  });

  it("a refresh that ends late puts nothing in the place of another tab's sign-in", async () => {
    const storage = memoryStorage();
    const anns = await api.signedIn({ storage, lock: refusing });
    const bobs = api.client({ storage, lock: refusing });
    letTokensEnd();
    const held = api.line.hold(REFRESH);
    const late = anns.fetch('/auth/me').catch(caught);
    await held.arrived;
    await bobs.signIn(BOB);
    held.letGo();
    await late;
    expect(await nameOf(api.client({ storage }))).toBe('bob');
  });
});

describe('in a browser', () => {
  let items: FakeWebStorage;
  let page: EventTarget;
  beforeEach(() => {
    items = new FakeWebStorage();
    page = new EventTarget();
    Reflect.set(globalThis, 'localStorage', items);
    Reflect.set(globalThis, 'window', page);
  });
  afterEach(() => {
    Reflect.deleteProperty(globalThis, 'localStorage');
    Reflect.deleteProperty(globalThis, 'window');
  });

  it('a storage that another tab cleared signs this one out', async () => {
    const baton = await api.signedIn({ storage: webStorage() });
    items.items.clear();
    page.dispatchEvent(Object.assign(new Event('storage'), { key: null }));
    await eventually(1_000, async () => baton.getState().status !== 'signedIn');
    expect(baton.getState().status).toBe('signedOut');
  });

  it('a cookie whose session was ended offline is used to end it before the next sign-in', async () => {
    const { fetch } = cookieJar();
    const baton = await api.signedIn({ storage: cookieStorage(), fetch });
    const authorization = `Bearer ${await baton.getAccessToken()}`;
    api.line.treat = () => 'before';
    await baton.signOut();
    api.line.treat = () => 'pass';
    await baton.signIn(BOB);
    const me = await api.host.http().get('/auth/me').set('authorization', authorization);
    expect(me.status).toBe(401);
  });

  it('a sign-in waits for the refresh that it cancels, also without a lock', async () => {
    const { fetch } = cookieJar({ isLate: true });
    const baton = await api.signedIn({ storage: cookieStorage(), fetch, lock: refusing });
    letTokensEnd();
    const held = api.line.hold(REFRESH);
    const late = baton.fetch('/auth/me').catch(caught);
    await held.arrived;
    const signedIn = baton.signIn(BOB);
    held.letGo();
    await Promise.all([signedIn, late]);
    const reasons = reasonsOf(baton);
    letTokensEnd();
    expect(await nameOf(baton)).toBe('bob');
    expect(reasons).toEqual([]);
  });
});
