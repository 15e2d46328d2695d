/**
 * Without Web Locks the answers of several tabs come in any order, and a browser keeps the cookie of the last one: an
 * older one of the same session may come after a newer. What holds then. @see issue 13, section 2; docs/client.md
 */
import type { BatonLock } from '../../src/client/index.js';
import { cookieStorage } from '../../src/client/storage/cookie.js';
import { type Api, nameOf, reasonsOf, startApi } from './api.js';
import { cookieJar } from './cookie-jar.js';
import { FakeWebStorage } from './fake-web-storage.js';

const REFRESH = '/auth/token/refresh';

/** As in a browser without Web Locks: each tab runs its own tasks when it will. */
const none: BatonLock = { run: (task) => task() };

let api: Api;
beforeEach(async () => {
  Reflect.set(globalThis, 'localStorage', new FakeWebStorage());
  Reflect.set(globalThis, 'window', new EventTarget());
  api = await startApi({ auth: { cookies: { allowPlainHttp: true } } });
});
afterEach(async () => {
  await api.close();
  Reflect.deleteProperty(globalThis, 'localStorage');
  Reflect.deleteProperty(globalThis, 'window');
});

const letTokensEnd = () => api.host.clock.turn(900);

/** Three tabs whose tokens end at once; the first one's answer is the last to come, with an older cookie. */
async function threeTabs() {
  const jar = cookieJar();
  let [answered, letGo] = [() => {}, () => {}];
  const isAnswered = new Promise<void>((resolve) => (answered = resolve));
  const isLetGo = new Promise<void>((resolve) => (letGo = resolve));
  const slowly: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (input === api.line.url + REFRESH) {
      answered();
      await isLetGo;
    }
    return response;
  };
  const tab = (ownFetch = jar.fetch) => ({ storage: cookieStorage(), lock: none, fetch: ownFetch });
  const first = await api.signedIn(tab(jar.fetchBy(slowly)));
  const second = api.client(tab());
  const third = api.client(tab());
  letTokensEnd();
  const late = nameOf(first);
  await isAnswered;
  await nameOf(second);
  await nameOf(third);
  const newest = jar.cookie;
  letGo();
  await late;
  expect(jar.cookie).not.toBe(newest);
  return { jar, newest, second, third };
}

describe("an answer that comes after another tab's next one", () => {
  it('is made up for by the next refresh within the grace period, of whichever tab', async () => {
    const { jar, newest, second, third } = await threeTabs();
    const reasons = [reasonsOf(second), reasonsOf(third)];
    api.host.clock.turn(9);
    await second.getAccessToken(String(await second.getAccessToken()));
    expect(jar.cookie).toBe(newest);
    letTokensEnd();
    expect([await nameOf(second), await nameOf(third)]).toEqual(['ann', 'ann']);
    expect(reasons).toEqual([[], []]);
  });

  it('has the next refresh after that taken for a theft, as the contract has it of a parent', async () => {
    const { second } = await threeTabs();
    const reasons = reasonsOf(second);
    letTokensEnd();
    expect(await nameOf(second)).toBe('undefined');
    expect(reasons).toEqual(['token_reused']);
  });
});
