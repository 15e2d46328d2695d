import type { BrowserContext, Page } from 'playwright-core';
import { type ServerProcess, cleanUp, startServer } from '../standalone/server-process.js';
import { signUp } from '../standalone/vocabulary.js';
import { describeInChromium, newVisitor } from './browser.js';
import { type Site, serveSite } from './cookie-pages.js';

/** To a browser all ports of 127.0.0.1 are one site, so `SameSite=Strict` does not part them; localhost is another. */
let allowed: Site;
let hostile: Site;
let server: ServerProcess;
let visitor: BrowserContext;
let page: Page;
let credentials: { readonly username: string; readonly password: string };

const REFRESH = '/auth/token/refresh';

const open = async (host: string, { port }: Site): Promise<Page> => {
  const tab = await visitor.newPage();
  await tab.goto(`http://${host}:${port}/?api=${server.url}`);
  await tab.waitForFunction('window.baton !== undefined');
  return tab;
};

/** Runs a script's expression in the page. */
const ask = (tab: Page, expression: string): Promise<unknown> => tab.evaluate(expression);

/** Refreshes with the browser's cookies, from an origin that no browser has vouched for. */
const present = async (origin: string) => {
  const headers = { origin, 'x-auth-transport': 'cookie' };
  const response = await visitor.request.post(`${server.url}${REFRESH}`, { headers });
  const body: unknown = await response.json();
  return [response.status(), Object(body).error_description];
};

beforeAll(async () => {
  [allowed, hostile] = await Promise.all([serveSite(), serveSite()]);
  const origin = `http://127.0.0.1:${allowed.port}`;
  server = await startServer({ AUTH_COOKIES: 'on', AUTH_ORIGINS: origin });
  ({ credentials } = await signUp(server.url));
});
afterAll(async () => {
  allowed.stop();
  hostile.stop();
  await cleanUp();
});

describeInChromium('the cookie transport across two origins', () => {
  beforeEach(async () => {
    visitor = await newVisitor();
    page = await open('127.0.0.1', allowed);
    await ask(page, `baton.signIn(${JSON.stringify(credentials)})`);
  });
  afterEach(() => visitor.close());

  it('keeps the refresh token out of the reach of scripts', async () => {
    const [cookie] = await visitor.cookies(`${server.url}${REFRESH}`);
    expect(cookie).toMatchObject({
      name: 'baton_refresh',
      path: '/auth',
      httpOnly: true,
      sameSite: 'Strict',
    });
    expect(await ask(page, 'document.cookie')).toBe('');
    const kept = await ask(page, 'JSON.stringify(localStorage)');
    expect(kept).not.toContain('eyJ');
  });

  it('lets the allowed page refresh, and stay signed in over a reload', async () => {
    const before = await ask(page, 'baton.getAccessToken()');
    const after = await ask(page, `baton.getAccessToken(${JSON.stringify(before)})`);
    expect(after).toMatch(/^eyJ/);
    expect(after).not.toBe(before);
    await page.reload();
    await page.waitForFunction('window.baton !== undefined');
    expect(await ask(page, "baton.fetch('/auth/me').then(({ status }) => status)")).toBe(200);
  });

  it('signs out: the cookie is gone', async () => {
    await ask(page, 'baton.signOut()');
    expect(await visitor.cookies(`${server.url}${REFRESH}`)).toEqual([]);
    expect(await ask(page, 'baton.getAccessToken()')).toBeNull();
  });

  it.each(['127.0.0.1', 'localhost'])('gives the hostile page on %s nothing', async (host) => {
    const tab = await open(host, hostile);
    const refresh = (init: string) =>
      ask(tab, `fetch('${server.url}${REFRESH}', ${init}).then((r) => r.text(), (e) => e.name)`);
    const asClient = `{ method: 'POST', credentials: 'include', headers: { 'x-auth-transport': 'cookie' } }`;
    expect(await refresh(asClient)).toBe('TypeError');
    expect(await refresh(`{ method: 'POST', credentials: 'include', body: '{}' }`)).toBe(
      'TypeError',
    );
    expect(await refresh(`{ method: 'POST', credentials: 'include', mode: 'no-cors' }`)).toBe('');
    expect(await ask(tab, 'baton.getAccessToken().catch((error) => error.code)')).toBe(
      'refresh_failed',
    );
    // None of it was a refresh: the owner's cookie is still the live one.
    await page.reload();
    await page.waitForFunction('window.baton !== undefined');
    expect(await ask(page, 'baton.getAccessToken()')).toMatch(/^eyJ/);
  });

  // Ports do not part cookies, so a site may stand in for the server to see what the browser sends.
  it.each([
    ['127.0.0.1', 'the same site, so the origin has to be checked', true],
    ['localhost', 'another site, so the browser keeps the cookie back', false],
  ])('counts a page on another port of %s as %s', async (host, _what, isSent) => {
    const tab = await open(host, hostile);
    const url = `http://127.0.0.1:${allowed.port}${REFRESH}`;
    await ask(
      tab,
      `fetch('${url}', { method: 'POST', credentials: 'include', mode: 'no-cors' }).then(() => 1)`,
    );
    expect(allowed.cookiesOf(REFRESH).includes('baton_refresh=')).toBe(isSent);
  });

  it('holds the origin against whoever gets the header past the browser', async () => {
    const missing = [400, 'Refresh token is missing'];
    expect(await present(`http://127.0.0.1:${hostile.port}`)).toEqual(missing);
    expect(await present('null')).toEqual(missing);
    expect(await present(`http://127.0.0.1:${allowed.port}`)).toEqual([200, undefined]);
  });
});
