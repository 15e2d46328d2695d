import type { BatonLock } from '../../src/client/index.js';
import { memoryStorage } from '../../src/client/storage/memory.js';
import { eventually } from '../contract/vocabulary.js';
import { ANN, type Api, nameOf, refreshes, startApi } from './api.js';
import { TurnedClientClock } from './turned-client-clock.js';

/** Longer than anybody waits for the lock, or takes what was read for what is there. */
const LONG_MS = 6_000;

const REFRESH = '/auth/token/refresh';
const AN_HOUR_MS = 3_600_000;

let api: Api;
let clock: TurnedClientClock;
beforeEach(async () => {
  api = await startApi();
  clock = new TurnedClientClock();
});
afterEach(() => api.close());

const caught = (error: unknown) => error;

it('a lock that comes too late is free again at once', async () => {
  let [grant, ask, isFree] = [() => {}, () => {}, false];
  const granted = new Promise<void>((resolve) => (grant = resolve));
  const asked = new Promise<void>((resolve) => (ask = resolve));
  const lock: BatonLock = {
    async run(task) {
      ask();
      await granted;
      const result = await task();
      isFree = true;
      return result;
    },
  };
  const signingIn = api.client({ lock, clock }).signIn(ANN);
  await asked;
  clock.turn(LONG_MS);
  await signingIn;
  grant();
  await eventually(1_000, async () => isFree);
  expect(isFree).toBe(true);
});

it('what a slow storage held is read again before it is presented', async () => {
  const inner = memoryStorage();
  const lock: BatonLock = { run: () => Promise.reject(new Error('SecurityError')) };
  let meanwhile: (() => Promise<unknown>)[] = [];
  const read = async () => {
    const found = await inner.read();
    await meanwhile.shift()?.();
    return found;
  };
  const slow = await api.signedIn({ storage: { ...inner, read }, lock, clock });
  const other = api.client({ storage: inner, lock, clock });
  api.host.clock.turn(900);
  clock.set(900_000);
  const refreshed = async () => {
    await other.getAccessToken();
    clock.set(LONG_MS);
  };
  // The first look only sees that there is need.
  meanwhile = [async () => {}, refreshed];
  expect(await slow.getAccessToken()).toBe(await other.getAccessToken());
  expect(refreshes(api)).toBe(1);
});

it('a refresh that was cancelled while it read the storage presents nothing', async () => {
  const inner = memoryStorage();
  let [letGo, goOn, reads] = [() => {}, Promise.resolve(), 0];
  const read = async () => {
    const found = await inner.read();
    reads += 1;
    // The first look only sees that there is need.
    if (reads === 2) await goOn;
    return found;
  };
  const lock = { run: () => Promise.reject(new Error('SecurityError')) };
  const baton = await api.signedIn({ storage: { ...inner, read }, lock, clock });
  clock.set(AN_HOUR_MS);
  [goOn, reads] = [new Promise<void>((resolve) => (letGo = resolve)), 0];
  const token = baton.getAccessToken().catch(caught);
  await eventually(1_000, async () => reads === 2);
  const signingIn = baton.signIn({ ...ANN, username: 'bob' });
  letGo();
  await Promise.all([token, signingIn]);
  expect(await nameOf(baton)).toBe('bob');
  expect(refreshes(api)).toBe(0);
});

it('tokens that end as soon as they are issued are replaced three times for one request', async () => {
  const refused = { status: 401, headers: { 'x-auth-error': 'token_expired' } };
  const fetchThen: typeof fetch = async (input, init) => {
    if (!new Request(input).url.endsWith('/orders')) return fetch(input, init);
    clock.set(AN_HOUR_MS);
    return new Response(null, refused);
  };
  const baton = await api.signedIn({ fetch: fetchThen, clock });
  expect((await baton.fetch('/orders')).status).toBe(401);
  expect(refreshes(api)).toBe(3);
});

describe('a request that its caller has given up', () => {
  it.each(['before', 'while it waits'])('%s is not waited with', async (when) => {
    const baton = await api.signedIn({ clock });
    clock.set(AN_HOUR_MS);
    const held = api.line.hold(REFRESH);
    const other = baton.fetch('/auth/me');
    await held.arrived;
    const controller = new AbortController();
    const reason = new Error('of the caller');
    if (when === 'before') controller.abort(reason);
    const request = new Request(`${api.line.url}/auth/me`, { signal: controller.signal });
    const answer = baton.fetch(request).catch(caught);
    controller.abort(reason);
    const late = new Promise((resolve) => setTimeout(resolve, 500, 'late'));
    expect(await Promise.race([answer, late])).toBe(reason);
    held.letGo();
    expect((await other).status).toBe(200);
  });
});
