/** A request, a token and a record belong to one session of one server. @see issue 13, section 1 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from 'axios';
import Database from 'better-sqlite3';
import { authorizeAxios } from '../../src/client/axios.js';
import type { BatonStorage } from '../../src/client/index.js';
import { cookieStorage } from '../../src/client/storage/cookie.js';
import { memoryStorage } from '../../src/client/storage/memory.js';
import { sqliteStorage } from '../../src/client/storage/sqlite.js';
import { webStorage } from '../../src/client/storage/web.js';
import { ANN, type Api, nameOf, startApi } from './api.js';
import { TurnedClientClock } from './turned-client-clock.js';

const BOB = { ...ANN, username: 'bob' };
const REFRESH = '/auth/token/refresh';
const AN_HOUR_MS = 3_600_000;

let api: Api;
beforeEach(async () => {
  api = await startApi({ auth: { cookies: { allowPlainHttp: true } } });
});
afterEach(() => api.close());

const caught = (error: unknown) => error;
const letTokensEnd = () => api.host.clock.turn(900);

it('throws away an answer of another session than the one that asked', async () => {
  const baton = await api.signedIn();
  const { sessionId } = baton.getState();
  letTokensEnd();
  const body = JSON.stringify({
    session_id: 'of-bob',
    access_token: 'bobs',
    refresh_token: 'bobs',
    expires_in: 900,
  });
  api.line.treat = ({ path }) => (path === REFRESH ? { status: 200, body } : 'pass');
  await expect(baton.fetch('/auth/me')).rejects.toMatchObject({ code: 'refresh_failed' });
  expect(baton.getState()).toMatchObject({ status: 'signedIn', sessionId });
  api.line.treat = () => 'pass';
  api.wake();
  expect(await nameOf(baton)).toBe('ann');
});

describe('a request that was begun as ann', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'baton-whose-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const STORAGES: readonly [string, () => BatonStorage][] = [
    ['memory', memoryStorage],
    ['SQLite', () => sqliteStorage({ db: new Database(join(folder, 'db')) })],
  ];

  it.each(STORAGES)('is not sent as bob, who signs in while it waits: %s', async (_name, make) => {
    const clock = new TurnedClientClock();
    const baton = await api.signedIn({ storage: make(), clock });
    clock.set(AN_HOUR_MS);
    const held = api.line.hold(REFRESH);
    const order = baton.fetch('/orders', { method: 'POST', body: '{}' }).catch(caught);
    const token = baton.getAccessToken().catch(caught);
    await held.arrived;
    await baton.signIn(BOB);
    held.letGo();
    expect(await order).toMatchObject({ code: 'session_changed' });
    expect(await token).toMatchObject({ code: 'session_changed' });
    expect(api.line.count('/orders')).toBe(0);
    expect(await nameOf(baton)).toBe('bob');
  });

  it('is not sent as bob with axios', async () => {
    const clock = new TurnedClientClock();
    const baton = await api.signedIn({ clock });
    const instance = create({ baseURL: api.line.url });
    authorizeAxios(instance, baton);
    clock.set(AN_HOUR_MS);
    const held = api.line.hold(REFRESH);
    const order = instance.post('/orders', {}).catch(caught);
    await held.arrived;
    await baton.signIn(BOB);
    held.letGo();
    expect(await order).toMatchObject({ code: 'session_changed' });
    expect(api.line.count('/orders')).toBe(0);
  });

  it('is not sent as nobody after a sign-out', async () => {
    const clock = new TurnedClientClock();
    const baton = await api.signedIn({ clock });
    clock.set(AN_HOUR_MS);
    const held = api.line.hold(REFRESH);
    const order = baton.fetch('/orders', { method: 'POST', body: '{}' }).catch(caught);
    const token = baton.getAccessToken();
    await held.arrived;
    await baton.signOut();
    held.letGo();
    expect(await order).toMatchObject({ code: 'session_changed' });
    expect(await token).toBeNull();
    expect(api.line.count('/orders')).toBe(0);
  });

  it("gets no token of bob's for one of ann's that was refused", async () => {
    const baton = await api.signedIn();
    const token = String(await baton.getAccessToken());
    await baton.signIn(BOB);
    await expect(baton.getAccessToken(token)).rejects.toMatchObject({ code: 'session_changed' });
  });
});

it('a storage keeps the records of eight others, and gives up those that were away the longest', async () => {
  const storage = memoryStorage();
  const others = Array.from({ length: 10 }, (_, index) => ({
    server: `https://${index}.example/auth/`,
    client: '',
    session: null,
    ended: [],
  }));
  await storage.write(JSON.stringify({ records: others }));
  await api.signedIn({ storage });
  const { records }: { records: { server: string }[] } = JSON.parse(String(await storage.read()));
  const own = `${api.line.url}/auth/`;
  expect(records.map(({ server }) => server)).toEqual([
    ...others.slice(2).map(({ server }) => server),
    own,
  ]);
});

describe('two clients on one storage', () => {
  let other: Api;
  beforeEach(async () => {
    other = await startApi();
  });
  afterEach(() => other.close());

  it('of two servers see nothing of each other, and both stay signed in', async () => {
    const storage = memoryStorage();
    const first = await api.signedIn({ storage });
    const second = other.client({ storage });
    expect(await second.getAccessToken()).toBeNull();
    expect((await second.fetch('/auth/me')).status).toBe(401);
    await second.signIn(BOB);
    letTokensEnd();
    other.host.clock.turn(900);
    expect(await nameOf(api.client({ storage }))).toBe('ann');
    expect(await nameOf(other.client({ storage }))).toBe('bob');
    await second.signOut();
    expect(await nameOf(first)).toBe('ann');
    const seen = other.line.seen.map(({ headers, body }) => `${headers.authorization} ${body}`);
    expect(seen.join()).not.toContain(String(await first.getAccessToken()));
  });

  it.each([
    ['another name', { name: 'admin' }],
    ['another prefix', { routePrefix: '/v2/auth' }],
  ])('with %s see nothing of each other', async (_what, own) => {
    const storage = memoryStorage();
    const first = await api.signedIn({ storage });
    const second = api.client({ storage, ...own });
    expect(await second.getAccessToken()).toBeNull();
    expect(second.getState().status).toBe('signedOut');
    expect(await nameOf(first)).toBe('ann');
  });
});

describe('where the platform of the storage is missing, as on a server', () => {
  it.each([
    ['web storage', webStorage],
    ['cookies', cookieStorage],
  ])('nobody is known and nobody can sign in, for whichever visitor: %s', async (_what, make) => {
    const baton = api.client({ storage: make() });
    await expect(baton.signIn(ANN)).rejects.toMatchObject({ code: 'storage_missing' });
    expect((await baton.fetch('/away')).status).not.toBe(401);
    await expect(baton.fetch('/auth/me')).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(baton.getState()).toEqual({ status: 'unknown', sessionId: null });
    expect(api.line.count('/auth/login')).toBe(0);
  });

  it('a client is made for a relative address', () => {
    expect(api.client({ baseUrl: '/api', storage: webStorage() }).getState().status).toBe(
      'unknown',
    );
  });
});

describe('dispose', () => {
  it('cancels the refresh under way, and no other follows', async () => {
    const clock = new TurnedClientClock();
    const baton = await api.signedIn({ clock });
    clock.set(AN_HOUR_MS);
    const held = api.line.hold(REFRESH);
    const request = baton.fetch('/auth/me').catch(caught);
    await held.arrived;
    await baton.dispose();
    expect(await request).toMatchObject({ code: 'disposed' });
    held.letGo();
    await expect(baton.getAccessToken()).rejects.toMatchObject({ code: 'disposed' });
    expect(api.line.count(REFRESH)).toBe(1);
  });
});
