/** A session that is bound to a key in a real Chromium. @see issue 16, section 1 */
import type { BrowserContext, Page } from 'playwright-core';
import { describeInChromium, newVisitor } from '../playground/browser.js';
import { type InProcessServer, startInProcess, stopAll } from '../standalone/server-in-process.js';
import { signUp } from '../standalone/vocabulary.js';
import { clientBundle, openPage } from './mortal-browser.js';

const STATUS = "baton.fetch('/auth/me').then(({ status }) => status)";
const REFRESH = 'baton.getAccessToken().then((token) => baton.getAccessToken(token))';
/** The pair as IndexedDB has it, read past the client. */
const EXPORTED = `new Promise((resolve) => {
  const opening = indexedDB.open('nestjs-baton');
  opening.onsuccess = () => {
    const asked = opening.result.transaction('session').objectStore('session').get('dpop');
    asked.onsuccess = () =>
      resolve(crypto.subtle.exportKey('jwk', asked.result.privateKey).catch(({ name }) => name));
  };
})`;

describeInChromium('a bound session in a browser', () => {
  let api: InProcessServer;
  let script: string;
  let credentials: string;
  let visitor: BrowserContext;
  beforeAll(async () => {
    api = await startInProcess({ AUTH_DPOP: 'allowed', AUTH_DPOP_NONCE: 'on' });
    script = await clientBundle();
    credentials = JSON.stringify((await signUp(api.url)).credentials);
  });
  afterAll(stopAll);
  beforeEach(async () => {
    visitor = await newVisitor();
  });
  afterEach(() => visitor.close());

  const opened = async (): Promise<Page> => {
    const page = await visitor.newPage();
    await openPage(page, api.url, script);
    return page;
  };

  it('goes on in a page that is loaded anew and in another tab, by a key that no script can read', async () => {
    const page = await opened();
    await page.evaluate(`bound().signIn(${credentials})`);
    expect(await page.evaluate(EXPORTED)).toBe('InvalidAccessError');
    await page.reload();
    await page.waitForFunction('globalThis.isReady');
    const other = await opened();
    for (const tab of [page, other]) {
      await tab.evaluate('void bound()');
      await tab.evaluate(REFRESH);
      expect(await tab.evaluate(STATUS)).toBe(200);
    }
  });

  it('is worth nothing to a client with another key', async () => {
    const page = await opened();
    await page.evaluate(`bound().signIn(${credentials})`);
    await page.evaluate("void bound('other')");
    expect(await page.evaluate(STATUS)).toBe(401);
    await page.evaluate('void bound()');
    expect(await page.evaluate(STATUS)).toBe(200);
  });

  it('two tabs that are first at once agree on one key', async () => {
    const tabs = [await opened(), await opened()];
    const eight = 'Promise.all(Array.from({ length: 8 }, keyName)).then((names) => names.join())';
    const names = await Promise.all(tabs.map((tab) => tab.evaluate(eight)));
    expect(new Set(names.join().split(',')).size).toBe(1);
  });
});
