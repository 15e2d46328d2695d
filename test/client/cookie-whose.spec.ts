/** A cookie belongs to one session. @see issue 13, section 1 */
import { setTimeout as sleep } from 'node:timers/promises';
import { cookieStorage } from '../../src/client/storage/cookie.js';
import { ANN, type Api, nameOf, reasonsOf, startApi } from './api.js';
import { cookieJar } from './cookie-jar.js';
import { FakeWebStorage } from './fake-web-storage.js';

const BOB = { ...ANN, username: 'bob' };
const REFRESH = '/auth/token/refresh';

let api: Api;
beforeEach(async () => {
  api = await startApi({ auth: { cookies: { allowPlainHttp: true } } });
});
afterEach(() => api.close());

const letTokensEnd = () => api.host.clock.turn(900);

describe('in the cookie transport', () => {
  beforeEach(() => {
    Reflect.set(globalThis, 'localStorage', new FakeWebStorage());
    Reflect.set(globalThis, 'window', new EventTarget());
  });
  afterEach(() => {
    Reflect.deleteProperty(globalThis, 'localStorage');
    Reflect.deleteProperty(globalThis, 'window');
  });

  it.each([
    ['a browser that drops what a page has given up', false, false],
    ['a browser that drops what a page has given up, after a sign-out', false, true],
    ['a browser that takes every cookie', true, false],
    ['a browser that takes every cookie, after a sign-out', true, true],
  ])('a late answer to ann makes nobody of bob, in %s', async (_what, isLate, signsOut) => {
    const { fetch } = cookieJar({ isLate });
    const baton = await api.signedIn({ storage: cookieStorage(), fetch });
    letTokensEnd();
    const held = api.line.hold(REFRESH);
    const late = baton.fetch('/auth/me').catch(() => {});
    await held.arrived;
    const changes = signsOut ? [baton.signOut(), baton.signIn(BOB)] : [baton.signIn(BOB)];
    held.letGo();
    await Promise.all([...changes, late]);
    const reasons = reasonsOf(baton);
    expect(await nameOf(baton)).toBe('bob');
    letTokensEnd();
    expect(await nameOf(baton)).toBe('bob');
    expect(reasons).toEqual([]);
  });

  it("waits with a sign-in for another tab's refresh, whose cookie would come after it", async () => {
    const { fetch } = cookieJar({ isLate: true });
    const anns = await api.signedIn({ storage: cookieStorage(), fetch });
    const bobs = api.client({ storage: cookieStorage(), fetch });
    letTokensEnd();
    const held = api.line.hold(REFRESH);
    const late = anns.fetch('/auth/me');
    await held.arrived;
    const signedIn = bobs.signIn(BOB);
    held.letGo();
    await Promise.all([signedIn, late]);
    letTokensEnd();
    expect(await nameOf(bobs)).toBe('bob');
    expect(bobs.getState().status).toBe('signedIn');
  });

  it("a sign-out takes away no cookie of another tab's sign-in, which comes after it", async () => {
    const jar = cookieJar({ isLate: true });
    const { fetch } = jar;
    const anns = await api.signedIn({ storage: cookieStorage(), fetch });
    const bobs = api.client({ storage: cookieStorage(), fetch });
    const held = api.line.hold('/auth/logout');
    const signedOut = anns.signOut();
    await held.arrived;
    const signedIn = bobs.signIn(BOB);
    // Whether it waits only time can tell.
    await Promise.race([signedIn, sleep(100)]);
    held.letGo();
    await Promise.all([signedOut, signedIn]);
    letTokensEnd();
    expect(await nameOf(bobs)).toBe('bob');
  });

  it('a sign-out says whose cookie it means', async () => {
    const { fetch } = cookieJar();
    const baton = await api.signedIn({ storage: cookieStorage(), fetch });
    const { sessionId } = baton.getState();
    await baton.signOut();
    const { headers } = api.line.seen.find(({ path }) => path === '/auth/logout') ?? {};
    expect(headers?.['x-auth-session']).toBe(sessionId);
  });

  it("leaves another session's cookie alone, and its own session is over here", async () => {
    const jar = cookieJar();
    const { fetch } = jar;
    const anns = await api.signedIn({ storage: cookieStorage(), fetch });
    const reasons = reasonsOf(anns);
    // Another application of the same browser.
    await api
      .signedIn({ storage: cookieStorage({ key: 'other' }), fetch })
      .then((other) => other.signIn(BOB));
    const { cookie } = jar;
    letTokensEnd();
    expect((await anns.fetch('/auth/me')).status).toBe(401);
    expect(reasons).toEqual(['session_mismatch']);
    expect(jar.cookie).toBe(cookie);
    const bobs = api.client({ storage: cookieStorage({ key: 'other' }), fetch });
    expect(await nameOf(bobs)).toBe('bob');
  });

  it('takes no pair of another session from a server that knows no X-Auth-Session', async () => {
    const { fetch } = cookieJar();
    const baton = await api.signedIn({ storage: cookieStorage(), fetch });
    const reasons = reasonsOf(baton);
    letTokensEnd();
    const body = JSON.stringify({ session_id: 'of-bob', access_token: 'bobs', expires_in: 900 });
    api.line.treat = ({ path }) => (path === REFRESH ? { status: 200, body } : 'pass');
    await baton.fetch('/auth/me');
    expect(reasons).toEqual(['session_mismatch']);
    expect(api.line.seen.every(({ headers }) => headers.authorization !== 'Bearer bobs')).toBe(
      true,
    );
  });

  it('says at once that the server hands out no cookies, and leaves no session behind', async () => {
    await api.close();
    api = await startApi();
    const baton = api.client({ storage: cookieStorage() });
    await expect(baton.signIn(ANN)).rejects.toMatchObject({ code: 'cookies_off' });
    expect(api.line.count('/auth/logout')).toBe(1);
    expect(await baton.getAccessToken()).toBeNull();
  });
});
