/** Sessions that are opened in other ways than by a password. @see issue 13, section 4 */
import { type Claims, createBaton, isBatonError } from '../../src/client/index.js';
import { cookieStorage } from '../../src/client/storage/cookie.js';
import { memoryStorage } from '../../src/client/storage/memory.js';
import type { TokenPairBody } from '../../src/wire.js';
import { eventually } from '../contract/vocabulary.js';
import { ANN, type Api, nameOf, startApi } from './api.js';
import { TurnedClientClock } from './turned-client-clock.js';

let api: Api;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const logIn = (credentials: object = ANN) =>
  fetch(`${api.host.url}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(credentials),
  });

it("setSession takes a pair that is there already, in place of somebody else's", async () => {
  const baton = await api.signedIn({});
  const answer = await logIn({ ...ANN, username: 'bob' });
  const pair: TokenPairBody = JSON.parse(await answer.text());
  await baton.setSession(pair);
  expect(await nameOf(baton)).toBe('bob');
  api.host.clock.turn(900);
  expect(await nameOf(baton)).toBe('bob');
  expect(baton.getState().sessionId).toBe(pair.session_id);
});

it('setSession takes the next pair of the session that is there, and the same one twice', async () => {
  const baton = await api.signedIn();
  const { sessionId } = baton.getState();
  const login: TokenPairBody = JSON.parse(await (await logIn()).text());
  await Promise.all([baton.setSession(login), baton.setSession(login)]);
  expect(baton.getState().sessionId).toBe(login.session_id);
  expect(sessionId).not.toBe(login.session_id);
  const refreshed = await fetch(`${api.host.url}/auth/token/refresh`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ refresh_token: login.refresh_token }),
  });
  await baton.setSession(JSON.parse(await refreshed.text()));
  expect(await nameOf(baton)).toBe('ann');
  api.host.clock.turn(900);
  expect(await nameOf(baton)).toBe('ann');
  expect(baton.getState().sessionId).toBe(login.session_id);
});

it('setSession rejects for a session that was signed out here', async () => {
  const baton = api.client();
  const login: TokenPairBody = JSON.parse(await (await logIn()).text());
  await baton.setSession(login);
  await baton.signOut();
  await expect(baton.setSession(login)).rejects.toMatchObject({ code: 'sign_in_failed' });
  expect(baton.getState().status).toBe('signedOut');
});

it.each(['signIn', 'signInWith'] as const)(
  'a sign-out that comes while %s is under way has the last word',
  async (way) => {
    const storage = memoryStorage();
    const baton = api.client({ storage });
    const held = api.line.hold('/auth/login');
    const asked = () =>
      fetch(`${api.line.url}/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(ANN),
      });
    const signingIn = way === 'signIn' ? baton.signIn(ANN) : baton.signInWith(asked);
    const outcome = signingIn.catch((error: unknown) => error);
    await held.arrived;
    const signedOut = baton.signOut();
    held.letGo();
    expect(await outcome).toMatchObject({ code: 'sign_in_failed' });
    await signedOut;
    expect(baton.getState().status).toBe('signedOut');
    expect(await baton.getAccessToken()).toBeNull();
    await eventually(1_000, async () => (await storage.read()) === null);
    expect(api.line.count('/auth/logout')).toBe(1);
    await baton.signIn(ANN);
    expect(await nameOf(baton)).toBe('ann');
  },
);

it("signInWith takes the answer of the application's own request, sent in the session before it", async () => {
  const baton = await api.signedIn();
  api.host.clock.turn(900);
  await baton.signInWith(async () => {
    expect(await nameOf(baton)).toBe('ann');
    return logIn({ ...ANN, username: 'bob' });
  });
  expect(await nameOf(baton)).toBe('bob');
});

it.each([
  ['a refusal', () => logIn({ ...ANN, password: 'wrong' }), 'invalid_credentials'],
  ['something else', async () => Response.json({ hello: 'world' }), undefined],
])('signInWith rejects for %s and leaves the session before it', async (_what, ask, serverCode) => {
  const baton = await api.signedIn();
  const error: unknown = await baton.signInWith(ask).catch((caught: unknown) => caught);
  expect(isBatonError(error, 'sign_in_failed') && error.details.serverCode).toBe(serverCode);
  expect(await nameOf(baton)).toBe('ann');
});

it('signInWith gives an answer up that never ends', async () => {
  const clock = new TurnedClientClock();
  const baton = api.client({ clock });
  const endless = new Response(new ReadableStream({ pull: () => new Promise(() => {}) }));
  const signingIn = clock.turnUntil(baton.signInWith(async () => endless));
  await expect(signingIn).rejects.toMatchObject({ code: 'sign_in_failed' });
});

const userIn = ({ sub }: Claims) => ({ id: String(sub) });
const fail = () => {
  throw new Error('of the application');
};

describe('the user of the state', () => {
  it('is made of the claims, typed by the application, and follows who is signed in', async () => {
    const storage = memoryStorage();
    const baton = createBaton({ baseUrl: api.line.url, storage, readUser: userIn });
    const ids: (string | undefined)[] = [];
    baton.subscribe(({ user }) => ids.push(user?.id));
    await baton.signIn(ANN);
    const before = baton.getState();
    expect(before.user?.id).toBe('1');
    api.host.clock.turn(900);
    await baton.fetch('/auth/me');
    expect(baton.getState()).toBe(before);
    await baton.signIn({ ...ANN, username: 'bob' });
    expect(baton.getState().user?.id).toBe('2');
    await baton.signOut();
    expect(baton.getState().user).toBeUndefined();
    await baton.dispose();
  });

  it('changes with the claims', async () => {
    let role = 'reader';
    await api.close();
    api = await startApi({ auth: { accessTokenClaims: () => ({ role }) } });
    const baton = await api.signedIn({ readUser: (claims) => claims['role'] });
    expect(baton.getState().user).toBe('reader');
    role = 'Schriftführerin';
    api.host.clock.turn(900);
    await baton.fetch('/auth/me');
    expect(baton.getState().user).toBe('Schriftführerin');
  });

  it.each<[string, () => unknown]>([
    ['be made', fail],
    ['be written out', () => ({ id: 1n })],
  ])('costs nobody the session when it cannot %s', async (_what, readUser) => {
    const baton = await api.signedIn({ readUser });
    expect(baton.getState().status).toBe('signedIn');
    expect(await nameOf(baton)).toBe('ann');
  });
});

it("a host's own fields are sent along", async () => {
  const baton = await api.signedIn();
  await baton.signIn({ ...ANN, otp: '123456' });
  const login = api.line.seen.findLast(({ path }) => path === '/auth/login');
  expect(login?.body).toContain('"otp":"123456"');
});

it('a pair with a refresh token is refused where the storage is for cookies', async () => {
  Reflect.set(globalThis, 'localStorage', { getItem: () => null });
  const baton = api.client({ storage: cookieStorage() });
  Reflect.deleteProperty(globalThis, 'localStorage');
  await expect(baton.signInWith(() => logIn())).rejects.toMatchObject({ code: 'cookies_off' });
});

it('a sign-in under way when the client is disposed of leaves no session behind', async () => {
  const storage = memoryStorage();
  const baton = api.client({ storage });
  const held = api.line.hold('/auth/login');
  const signingIn = baton.signIn(ANN);
  await held.arrived;
  const disposed = baton.dispose();
  held.letGo();
  await expect(signingIn).rejects.toMatchObject({ code: 'disposed' });
  await disposed;
  expect(api.line.count('/auth/logout')).toBe(1);
  expect(await storage.read()).toBeNull();
});
