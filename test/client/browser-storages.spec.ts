/** The storages of the web in a real Chromium. @see issue 13, sections 2 and 3 */
import type { BrowserContext, Page } from 'playwright-core';
import { describeInChromium, newVisitor } from '../playground/browser.js';
import { type InProcessServer, startInProcess, stopAll } from '../standalone/server-in-process.js';
import { signUp } from '../standalone/vocabulary.js';
import { clientBundle, openPage } from './mortal-browser.js';

let api: InProcessServer;
let script: string;
let credentials: string;
let visitor: BrowserContext;
let page: Page;

const opened = async (): Promise<Page> => {
  const tab = await visitor.newPage();
  await openPage(tab, api.url, script);
  return tab;
};
const ask = (tab: Page, expression: string): Promise<unknown> => tab.evaluate(expression);
const STATUS = "baton.fetch('/auth/me').then(({ status }) => status)";
const REFRESH = 'baton.getAccessToken().then((token) => baton.getAccessToken(token))';

describeInChromium('in a browser', () => {
  beforeAll(async () => {
    api = await startInProcess({ AUTH_GRACE: '0' });
    script = await clientBundle();
    credentials = JSON.stringify((await signUp(api.url)).credentials);
  });
  afterAll(stopAll);
  beforeEach(async () => {
    visitor = await newVisitor();
    page = await opened();
  });
  afterEach(() => visitor.close());

  it('IndexedDB holds the contract of a storage', async () => {
    expect(await ask(page, 'checks()')).toEqual([]);
  });

  it('a worker has the same session and refreshes it for the page', async () => {
    await ask(page, `client('indexedDb').signIn(${credentials})`);
    await ask(page, "void (globalThis.worker = new Worker('/page.js', { type: 'module' }))");
    const refreshed = page.waitForResponse(/token\/refresh/);
    await ask(page, "worker.postMessage('refresh')");
    expect((await refreshed).status()).toBe(200);
    expect(await ask(page, REFRESH)).toMatch(/^eyJ/);
    expect(await ask(page, STATUS)).toBe(200);
  });

  it('one tab signs the other out, with IndexedDB, without being asked', async () => {
    await ask(page, `client('indexedDb').signIn(${credentials})`);
    const other = await opened();
    await ask(other, "client('indexedDb').getAccessToken()");
    await ask(page, 'baton.signOut()');
    await other.waitForFunction("baton.getState().status !== 'signedIn'");
    expect(await ask(other, 'baton.getState().status')).toBe('signedOut');
  });

  it('the copy of sessionStorage in a tab that window.open made is given up, and the session goes on', async () => {
    await ask(page, `client('session').signIn(${credentials})`);
    const [copy] = await Promise.all([
      visitor.waitForEvent('page'),
      ask(page, "void window.open('/page')"),
    ]);
    await copy.waitForFunction('globalThis.isReady');
    expect(await ask(copy, 'Object.keys(sessionStorage).length')).toBe(2);
    expect(await ask(copy, "client('session').getAccessToken()")).toBeNull();
    await ask(page, REFRESH);
    expect(await ask(page, STATUS)).toBe(200);
    await ask(copy, `baton.signIn(${credentials})`);
    await ask(copy, REFRESH);
    await ask(page, REFRESH);
    expect(await ask(page, STATUS)).toBe(200);
    expect(await ask(copy, STATUS)).toBe(200);
  });

  it('a tab that is loaded anew keeps its sessionStorage', async () => {
    await ask(page, `client('session').signIn(${credentials})`);
    for (let loads = 0; loads < 3; loads += 1) {
      await page.reload();
      await page.waitForFunction('globalThis.isReady');
      await ask(page, "void client('session')");
      await ask(page, REFRESH);
      expect(await ask(page, STATUS)).toBe(200);
    }
  });
});
