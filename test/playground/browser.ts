import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, type Page, chromium } from 'playwright-core';

/** Where Debian puts it; `test/playground/install-chromium` installs it. */
export const CHROMIUM = '/usr/bin/chromium';

export const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let browser: Browser | undefined;

/** `describe` where there is a browser. Without one it is a failure under CI, and a skip elsewhere. */
export function describeInChromium(name: string, tests: () => void): void {
  const isMissing = !existsSync(CHROMIUM) && process.env['CI'] !== 'true';
  if (isMissing) console.warn(`${name}: skipped, as there is no ${CHROMIUM}`);
  const group = isMissing ? describe.skip : describe;
  group(
    isMissing ? `${name} (skipped: no ${CHROMIUM}; run test/playground/install-chromium)` : name,
    () => {
      beforeAll(async () => {
        browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
      });
      afterAll(() => browser?.close());
      tests();
    },
  );
}

/** A person with a browser of their own: nothing is stored in it yet. */
export async function newVisitor(
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<BrowserContext> {
  if (browser === undefined) throw new Error('No browser has been started');
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(10_000);
  return context;
}

/** What has happened so far, by the page's own account, the newest first. */
export function happened(page: Page): Promise<string[]> {
  return page.locator('#log li > span').allInnerTexts();
}

/** Waits until the page has told of something. */
export async function untilToldOf(page: Page, sentence: string): Promise<void> {
  await page.locator('#log li', { hasText: sentence }).first().waitFor();
}

/** The generation that holds the baton, as drawn. */
export async function generationOf(page: Page): Promise<number> {
  return Number(await page.locator('text.bib.live').textContent());
}

/** Signs up under a fresh name and is signed in. */
export async function signUp(page: Page): Promise<void> {
  names += 1;
  await page.getByLabel('User name').fill(`visitor-${names}`);
  await page.getByLabel('Password').fill('correct horse battery staple');
  await page.getByRole('button', { name: 'Sign up' }).click();
  await untilToldOf(page, 'You are signed in.');
}

let names = 0;
