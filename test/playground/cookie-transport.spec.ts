/** The playground with the refresh token in a cookie. @see issue 13, section 6 */
import type { Page } from 'playwright-core';
import { type ServerProcess, cleanUp, startServer } from '../standalone/server-process.js';
import { describeInChromium, generationOf, newVisitor, untilToldOf } from './browser.js';

let server: ServerProcess;
let page: Page;

const click = (name: string) => page.getByRole('button', { name }).click();

beforeAll(async () => {
  server = await startServer({ AUTH_COOKIES: 'on' });
});
afterAll(cleanUp);

describeInChromium('the playground, with the refresh token in a cookie', () => {
  beforeEach(async () => {
    page = await (await newVisitor()).newPage();
    await page.goto(server.url);
    await page.getByLabel('Keep the refresh token in a cookie').check();
    await page.waitForFunction('localStorage.length === 1');
    await page.locator('#cookie:checked').waitFor();
    await click('Try it as a guest');
    await untilToldOf(page, 'You are signed in.');
  });
  afterEach(() => page.context().close());

  it('keeps it out of the page, and hands the baton on all the same', async () => {
    await click('Refresh now');
    await untilToldOf(page, 'Generation 0 handed the baton on to 1, in a cookie');
    expect(await generationOf(page)).toBe(1);
    expect(await page.evaluate('JSON.stringify(localStorage) + document.cookie')).not.toContain(
      'eyJ',
    );
    expect(await page.locator('#refresh-left').textContent()).toBe('in a cookie');
    await page.reload();
    await page.locator('#user', { hasText: 'guest-' }).waitFor();
    await page.locator('text.bib.live').waitFor();
  });

  it('leaves a thief with nothing, and what needs the token out', async () => {
    await click('Let a thief copy the token');
    await untilToldOf(page, 'The thief found no refresh token');
    expect(await page.getByRole('button', { name: 'Let a thief copy the token' }).count()).toBe(1);
    expect(await page.getByRole('button', { name: 'Race two tabs' }).isDisabled()).toBe(true);
  });

  it('goes back to tokens that the page has', async () => {
    await click('Sign out');
    await page.getByLabel('Keep the refresh token in a cookie').uncheck();
    await page.locator('#cookie:not(:checked)').waitFor();
    await click('Try it as a guest');
    await untilToldOf(page, 'You are signed in.');
    expect(await page.evaluate('JSON.stringify(localStorage)')).toContain('eyJ');
  });

  it('says how to get cookies where the server hands out none', async () => {
    await page.goto((await startServer()).url);
    expect(await page.getByLabel('Keep the refresh token in a cookie').isDisabled()).toBe(true);
    expect(await page.locator('#about-cookie').innerText()).toContain('AUTH_COOKIES=on');
  });
});
