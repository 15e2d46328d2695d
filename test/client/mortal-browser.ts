import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { type Browser, type Page, chromium } from 'playwright-core';
import { ARGUMENTS, CHROMIUM } from '../playground/browser.js';

/** What a page is asked by: `client(storage)` makes `window.baton`, `bound(key)` the same with proofs by a key. */
const PAGE = `
  import { withDpop } from './src/client/dpop.ts';
  import { indexedDbKey } from './src/client/dpop/indexed-db.ts';
  import { createBaton } from './src/client/index.ts';
  import { storageContract } from './src/client/storage/contract.ts';
  import { indexedDbStorage } from './src/client/storage/indexed-db.ts';
  import { webStorage } from './src/client/storage/web.ts';
  const STORAGES = {
    indexedDb: () => indexedDbStorage(),
    local: () => webStorage(),
    session: () => webStorage({ area: 'session' }),
  };
  let media = 0;
  Object.assign(globalThis, {
    client: (name) => (globalThis.baton = createBaton({ baseUrl: '', storage: STORAGES[name]() })),
    bound: (key) => {
      const options = { baseUrl: '', storage: indexedDbStorage() };
      return (globalThis.baton = createBaton(withDpop(options, indexedDbKey({ key }))));
    },
    keyName: async () => (await indexedDbKey()()).jwk.x,
    checks: async () => {
      const failed = [];
      const medium = () => {
        const name = 'contract ' + (media += 1);
        return { open: () => indexedDbStorage({ name }) };
      };
      for (const { name, run } of storageContract(medium))
        await run().catch((error) => failed.push(name + ': ' + error));
      return failed;
    },
    isReady: true,
  });
  // As a worker.
  addEventListener('message', async ({ data }) => {
    if (data !== 'refresh') return;
    const { getAccessToken } = client('indexedDb');
    await getAccessToken(await getAccessToken());
  });
`;

/** A browser of its own on a profile, which can be killed. */
export interface MortalBrowser {
  readonly page: Page;
  /** Evaluates an expression in the page. */
  ask(expression: string): Promise<unknown>;
  /** As a loss of power would. */
  kill(): Promise<void>;
}

/** The client for a page or a worker. */
export async function clientBundle(): Promise<string> {
  const stdin = { contents: PAGE, resolveDir: process.cwd(), loader: 'ts' } as const;
  const { outputFiles } = await build({ stdin, bundle: true, format: 'esm', write: false });
  return outputFiles[0]?.text ?? '';
}

/** Opens a page with the client, of the API's origin: `/page`. */
export async function openPage(page: Page, apiUrl: string, script: string): Promise<void> {
  const fulfil = (path: string, contentType: string, body: string) =>
    page.context().route(`${apiUrl}${path}`, (route) => route.fulfill({ contentType, body }));
  await fulfil(
    '/page',
    'text/html',
    '<!doctype html><script type="module" src="/page.js"></script>',
  );
  await fulfil('/page.js', 'text/javascript', script);
  await page.goto(`${apiUrl}/page`);
  await page.waitForFunction('globalThis.isReady');
}

export async function startMortalBrowser(
  profile: string,
  apiUrl: string,
  script: string,
): Promise<MortalBrowser> {
  const { browser, kill } = await launched(profile).catch(() => launched(profile));
  const page = await browser.contexts()[0]?.newPage();
  if (!page) throw new Error('The browser has not started');
  await openPage(page, apiUrl, script);
  return { page, kill, ask: (expression) => page.evaluate(expression) };
}

/**
 * Starts a browser on a profile. Chromium on a killed one's profile takes the connection now and then and never answers
 * it; it is killed then, and its profile as it was left can be started again.
 */
async function launched(profile: string): Promise<{ browser: Browser; kill: () => Promise<void> }> {
  const own = ['--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`];
  const child = spawn(CHROMIUM, [...ARGUMENTS, ...own], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await once(child, 'spawn');
  const group = -Number(child.pid);
  const kill = async () => {
    const ended = once(child, 'exit');
    process.kill(group, 'SIGKILL');
    await ended;
  };
  try {
    const address = await addressIn(child.stderr);
    // A pipe that nobody empties would stop the browser once it is full.
    child.stderr.resume();
    return { browser: await chromium.connectOverCDP(address, { timeout: 15_000 }), kill };
  } catch (error) {
    await kill();
    throw error;
  }
}

async function addressIn(stderr: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stderr })) {
    const [, address] = /DevTools listening on (\S+)/.exec(line) ?? [];
    if (address !== undefined) return address;
  }
  throw new Error('The browser has not started');
}
