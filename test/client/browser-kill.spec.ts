/** A browser that is killed starts again signed in. @see issue 13, section 2 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeInChromium } from '../playground/browser.js';
import { type InProcessServer, startInProcess, stopAll } from '../standalone/server-in-process.js';
import { signUp } from '../standalone/vocabulary.js';
import { type MortalBrowser, clientBundle, startMortalBrowser } from './mortal-browser.js';

/** Chromium writes web storage up to a minute late; `BATON_SLOW=1` waits that long, and shows the risk. */
const SECONDS = process.env['BATON_SLOW'] ? [0.05, 1, 7, 40] : [0.05, 1, 7];

let api: InProcessServer;
let script: string;
let folder: string;

const start = (): Promise<MortalBrowser> => startMortalBrowser(folder, api.url, script);

/** Signs in, refreshes twice, uses the token, and is killed so much later. */
async function liveAndDie(storage: string, seconds: number): Promise<void> {
  const { credentials } = await signUp(api.url);
  const browser = await start();
  await browser.ask(`client('${storage}').signIn(${JSON.stringify(credentials)})`);
  for (let refreshes = 0; refreshes < 2; refreshes += 1) {
    await browser.ask('baton.getAccessToken().then((token) => baton.getAccessToken(token))');
    expect(await browser.ask("baton.fetch('/auth/me').then(({ status }) => status)")).toBe(200);
  }
  await sleep(seconds * 1000);
  await browser.kill();
}

/** Refreshes with what the next start finds. */
async function liveAgain(storage: string): Promise<unknown> {
  const browser = await start();
  await browser.ask(
    `client('${storage}').getAccessToken().then((token) => baton.getAccessToken(token))`,
  );
  const status = await browser.ask("baton.fetch('/auth/me').then(({ status }) => status)");
  await browser.kill();
  return status;
}

describeInChromium('a browser that is killed', () => {
  beforeAll(async () => {
    // No grace: a spent token that was confirmed is a theft at once.
    api = await startInProcess({ AUTH_GRACE: '0' });
    script = await clientBundle();
  });
  afterAll(stopAll);
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'baton-browser-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

  it.each(SECONDS)(
    '%f s after a refresh is signed in when it starts again, with IndexedDB',
    async (seconds) => {
      await liveAndDie('indexedDb', seconds);
      expect(await liveAgain('indexedDb')).toBe(200);
    },
  );

  (process.env['BATON_SLOW'] ? it : it.skip).each(SECONDS)(
    '%f s after a refresh with web storage: the risk that the documentation names',
    async (seconds) => {
      await liveAndDie('local', seconds);
      console.log(`web storage, ${seconds} s: ${String(await liveAgain('local'))}`);
    },
  );
});
