/** Deliberate bugs of a second round that no test noticed. @see issue 13, section 7 */
import { memoryStorage } from '../../src/client/storage/memory.js';
import { eventually } from '../contract/vocabulary.js';
import { ANN, type Api, nameOf, refreshes, startApi } from './api.js';
import { TurnedClientClock } from './turned-client-clock.js';

const REFRESH = '/auth/token/refresh';
const AN_HOUR_MS = 3_600_000;

let api: Api;
let clock: TurnedClientClock;
beforeEach(async () => {
  api = await startApi();
  clock = new TurnedClientClock();
});
afterEach(() => api.close());

const letTokensEnd = () => api.host.clock.turn(900);
const caught = (error: unknown) => error;

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

it('a record whose session has no refresh token is none of ours', async () => {
  const storage = memoryStorage();
  await (await api.signedIn({ storage })).dispose();
  const value = String(await storage.read());
  await storage.write(value.replace('"refresh_token":', '"other_token":'));
  const baton = api.client({ storage });
  await expect(baton.getAccessToken()).rejects.toMatchObject({ code: 'storage_unavailable' });
});

it('nothing is left of how a former session ended', async () => {
  const storage = memoryStorage();
  const baton = await api.signedIn({ storage });
  letTokensEnd();
  const headers = { 'x-auth-error': 'session_revoked' };
  api.line.treat = ({ path }) => (path === REFRESH ? { status: 401, headers } : 'pass');
  expect(await baton.fetch('/auth/me').catch(caught)).toBeDefined();
  expect(baton.getState().status).toBe('signedOut');
  api.line.treat = () => 'pass';
  await baton.signIn(ANN);
  await baton.signOut();
  expect(await storage.read()).toBeNull();
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
