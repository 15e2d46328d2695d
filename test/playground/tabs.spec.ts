import type { BrowserContext, Page } from 'playwright-core';
import { type ServerProcess, cleanUp, startServer } from '../standalone/server-process.js';
import {
  describeInChromium,
  generationOf,
  happened,
  newVisitor,
  signUp,
  untilToldOf,
} from './browser.js';

/** Short enough for the page, which asks for its token once a second, to refresh every two seconds. */
const ACCESS_TTL = '2s';

let server: ServerProcess;
let visitor: BrowserContext;
let page: Page;

async function untilGeneration(tab: Page, least: number): Promise<void> {
  while ((await generationOf(tab)) < least) await tab.waitForTimeout(50);
}

beforeAll(async () => {
  server = await startServer({ AUTH_ACCESS_TTL: ACCESS_TTL });
});
afterAll(cleanUp);

describeInChromium('a browser', () => {
  beforeEach(async () => {
    visitor = await newVisitor();
    page = await visitor.newPage();
    await page.goto(server.url);
  });
  afterEach(() => visitor.close());

  it('refreshes once for two tabs that share its storage', async () => {
    const answers: number[] = [];
    visitor.on('response', (response) => {
      if (response.url().endsWith('/auth/token/refresh')) answers.push(response.status());
    });
    await signUp(page);
    const other = await visitor.newPage();
    await other.goto(server.url);
    await other.locator('text.bib.live').waitFor();
    await Promise.all([untilGeneration(page, 3), untilGeneration(other, 3)]);
    // An answer may be on its way to the picture; one too many would stay one too many.
    let ahead = Infinity;
    for (let look = 0; look < 100 && ahead !== 0; look += 1) {
      await page.waitForTimeout(50);
      const generation = Math.max(await generationOf(page), await generationOf(other));
      ahead = answers.length - generation;
    }
    expect(ahead).toBe(0);
    expect(answers.every((status) => status === 200)).toBe(true);
  });

  it('tells a new tab the story so far, and each tab what the other did', async () => {
    await signUp(page);
    await page.getByRole('button', { name: 'Lose the answer' }).click();
    await untilToldOf(page, 'got the very same successor');
    const other = await visitor.newPage();
    await other.goto(server.url);
    await untilToldOf(other, 'got the very same successor');
    await untilToldOf(other, 'You are signed in.');
    await untilGeneration(other, 1);
    const drawn = () => other.locator('text.bib').allTextContents();
    expect((await drawn()).slice(0, 2)).toEqual(['0', '1']);
    await other.getByRole('button', { name: 'Let a thief copy' }).click();
    await untilToldOf(page, 'Another tab: A thief has copied');
    await page.locator('text.label.thief', { hasText: 'copy of' }).waitFor();
    expect((await happened(other)).join()).not.toContain('Another tab: A thief');
  });

  it('signs the other tab out, too', async () => {
    await signUp(page);
    const other = await visitor.newPage();
    await other.goto(server.url);
    await other.getByRole('button', { name: 'Sign out' }).click();
    await untilToldOf(page, 'in another tab');
    expect(await page.locator('#user').isVisible()).toBe(false);
  });

  it('stays signed in while it is offline, and goes on when it is back', async () => {
    await signUp(page);
    const before = await generationOf(page);
    await visitor.setOffline(true);
    await untilToldOf(page, 'You are offline.');
    await page.waitForTimeout(3_000);
    expect(await page.locator('#user').isVisible()).toBe(true);
    await visitor.setOffline(false);
    await untilToldOf(page, 'You are online again.');
    await untilGeneration(page, before + 1);
    expect((await happened(page)).some((line) => line.startsWith('session_revoked'))).toBe(false);
  });
});
