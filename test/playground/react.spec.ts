import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { type InProcessServer, startInProcess, stopAll } from '../standalone/server-in-process.js';
import { signUp } from '../standalone/vocabulary.js';
import { describeInChromium, newVisitor } from './browser.js';

const PAGE = '<!doctype html><div id="root"></div><script type="module" src="/main.js"></script>';

let api: InProcessServer;
let page: Page;

/** The example as a bundler makes it, with the client's sources in place of the package. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: ['examples/react/main.tsx'],
    alias: { 'nestjs-baton/client': './src/client' },
    bundle: true,
    format: 'esm',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

/** Serves the page and hands everything else to the API: one origin. */
async function openPage(): Promise<Page> {
  const script = await bundle();
  const tab = await (await newVisitor()).newPage();
  const fulfil = (path: string, contentType: string, body: string) =>
    tab.route(`${api.url}${path}`, (route) => route.fulfill({ contentType, body }));
  await fulfil('/example', 'text/html', PAGE);
  await fulfil('/main.js', 'text/javascript', script);
  await tab.goto(`${api.url}/example`);
  return tab;
}

describeInChromium('the React hooks', () => {
  beforeAll(async () => {
    api = await startInProcess({ AUTH_ACCESS_TTL: '2s' });
    page = await openPage();
  });
  afterAll(stopAll);

  it('show the form, then who is signed in, then the form', async () => {
    const { credentials } = await signUp(api.url);
    await page.getByLabel('User name').fill(credentials.username);
    await page.getByLabel('Password').fill(credentials.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText(`Hello, ${credentials.username}`).waitFor();
    await page.reload();
    await page.getByText(`Hello, ${credentials.username}`).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('User name').waitFor();
    expect(await page.getByText('Hello').count()).toBe(0);
  });

  it('ask anew for the next one who signs in', async () => {
    const { credentials } = await signUp(api.url);
    await page.getByLabel('User name').fill(credentials.username);
    await page.getByLabel('Password').fill(credentials.password);
    await page.keyboard.press('Enter');
    await page.getByText(`Hello, ${credentials.username}`).waitFor();
    expect(await page.getByRole('button').allInnerTexts()).toEqual(['Sign out']);
  });
});
