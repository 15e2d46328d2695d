import { cookieStorage } from '../../src/client/storage/cookie.js';
import { eventually } from '../contract/vocabulary.js';
import { ANN, type Api, refreshes, startApi } from './api.js';

/**
 * A browser whose cookie jar does what the server's half of the transport does: the refresh token leaves the body for
 * the jar, and comes back into it where the header asks for that.
 */
function browserWithCookies() {
  let cookie: string | undefined;
  const transports: (string | null)[] = [];
  const fetchWithCookie: typeof fetch = async (input, init = {}) => {
    const address = input instanceof Request ? input.url : input.toString();
    const headers = new Headers(init.headers);
    if (headers.get('x-auth-transport') !== 'cookie') return fetch(input, init);
    expect(init.credentials).toBe('include');
    transports.push(headers.get('idempotency-key'));
    const sent: object = typeof init.body === 'string' ? JSON.parse(init.body) : {};
    expect(sent).not.toHaveProperty('refresh_token');
    const body = cookie && !address.endsWith('login') ? { refresh_token: cookie } : sent;
    const response = await fetch(input, { ...init, body: JSON.stringify(body) });
    if (response.status === 204) cookie = undefined;
    if (!response.ok || response.status === 204) return response;
    const { refresh_token: token, ...rest }: { refresh_token?: string } = Object(
      await response.json(),
    );
    cookie = token;
    return Response.json(rest);
  };
  return { fetch: fetchWithCookie, transports, cookie: () => cookie };
}

class FakeLocalStorage {
  readonly items = new Map<string, string>();
  getItem = (name: string): string | null => this.items.get(name) ?? null;
  setItem = (name: string, value: string): void => void this.items.set(name, value);
  removeItem = (name: string): void => void this.items.delete(name);
}

let api: Api;
let local: FakeLocalStorage;
beforeEach(async () => {
  api = await startApi();
  local = new FakeLocalStorage();
  Reflect.set(globalThis, 'localStorage', local);
  Reflect.set(globalThis, 'window', new EventTarget());
});
afterEach(async () => {
  await api.close();
  Reflect.deleteProperty(globalThis, 'localStorage');
  Reflect.deleteProperty(globalThis, 'window');
});

const letTokensEnd = () => api.host.clock.turn(900);

it('keeps no token within reach of a script', async () => {
  const { fetch } = browserWithCookies();
  const baton = await api.signedIn({ storage: cookieStorage(), fetch });
  expect((await baton.fetch('/auth/me')).status).toBe(200);
  expect([...local.items.values()].join()).toMatch(/"session_id":"[\w-]{36}"/);
  expect([...local.items.values()].join()).not.toContain('eyJ');
});

it('refreshes by the cookie after a 401, after a page load, and where nothing is remembered', async () => {
  const { fetch, transports } = browserWithCookies();
  const baton = await api.signedIn({ storage: cookieStorage(), fetch });
  const { sessionId } = baton.getState();
  letTokensEnd();
  expect((await baton.fetch('/auth/me')).status).toBe(200);
  const loaded = api.client({ storage: cookieStorage(), fetch });
  expect((await loaded.fetch('/auth/me')).status).toBe(200);
  local.items.clear();
  const fresh = api.client({ storage: cookieStorage(), fetch });
  expect((await fresh.fetch('/auth/me')).status).toBe(200);
  expect(fresh.getState()).toEqual({ status: 'signedIn', sessionId });
  expect(refreshes(api)).toBe(3);
  expect(new Set(transports)).toEqual(new Set([null]));
});

it('finds out that there is no cookie', async () => {
  const { fetch } = browserWithCookies();
  const baton = api.client({ storage: cookieStorage(), fetch });
  expect(await baton.getAccessToken()).toBeNull();
  expect(baton.getState().status).toBe('signedOut');
  expect(await baton.getAccessToken()).toBeNull();
  expect(refreshes(api)).toBe(1);
});

it('stays signed out after an offline sign-out and a page load, and the server is told', async () => {
  const browser = browserWithCookies();
  const { fetch } = browser;
  const baton = await api.signedIn({ storage: cookieStorage(), fetch });
  api.line.treat = () => 'before';
  await baton.signOut();
  await baton.dispose();
  api.line.treat = () => 'pass';
  const loaded = api.client({ storage: cookieStorage(), fetch });
  expect(await loaded.getAccessToken()).toBeNull();
  await eventually(2_000, async () => local.items.size === 0);
  expect(browser.cookie()).toBeUndefined();
});

it('a sign-in after an offline sign-out is not ended by it', async () => {
  const { fetch } = browserWithCookies();
  const baton = await api.signedIn({ storage: cookieStorage(), fetch });
  api.line.treat = ({ path }) => (path === '/auth/logout' ? 'before' : 'pass');
  await baton.signOut();
  await baton.signIn(ANN);
  api.line.treat = () => 'pass';
  api.wake();
  // A browser's locks are asked for in turn: what woke up is over before the next one.
  letTokensEnd();
  expect((await baton.fetch('/auth/me')).status).toBe(200);
});
