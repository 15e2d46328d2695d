import { EventEmitter, once } from 'node:events';
import type { Page } from 'playwright-core';
import { type ServerProcess, cleanUp, startServer } from '../standalone/server-process.js';
import {
  describeInChromium,
  generationOf,
  happened,
  newVisitor,
  signUp,
  untilToldOf,
} from './browser.js';

let server: ServerProcess;
let page: Page;

const click = (name: string) => page.getByRole('button', { name, exact: true }).click();
const isVisible = (text: string) => page.getByText(text).first().isVisible();

/** Keeps what the page asks of an address from the server until it is released. */
async function heldBack(address: string): Promise<EventEmitter> {
  const hold = new EventEmitter();
  const released = once(hold, 'release');
  await page.route(address, async (route) => {
    await released;
    await route.continue();
  });
  return hold;
}

beforeAll(async () => {
  server = await startServer({ AUTH_GRACE: '2s' });
});
afterAll(cleanUp);

describeInChromium('the playground', () => {
  beforeEach(async () => {
    page = await (await newVisitor()).newPage();
    await page.goto(server.url);
  });
  afterEach(() => page.context().close());

  it('leads from signing up over signing in to signing out', async () => {
    await signUp(page);
    const user = await page.locator('#user', { hasText: 'visitor' }).innerText();
    expect(await generationOf(page)).toBe(0);
    await click('Sign out');
    await untilToldOf(page, 'You signed out.');
    while ((await page.evaluate('localStorage.length')) !== 0) await page.waitForTimeout(20);

    await page.getByLabel('User name').fill(user);
    await page.getByLabel('Password').fill('not the password');
    await page.keyboard.press('Enter');
    await page.getByText('Invalid username or password').waitFor();
    await page.getByLabel('Password').fill('correct horse battery staple');
    await page.keyboard.press('Enter');
    await page.locator('#user', { hasText: user }).waitFor();
  });

  it('stays signed in over a reload', async () => {
    await signUp(page);
    await click('Refresh now');
    await untilToldOf(page, 'Generation 0 handed the baton on to 1');
    await page.reload();
    await page.locator('text.bib.live').waitFor();
    expect(await generationOf(page)).toBe(1);
    expect(await isVisible('Generation 1 holds the baton.')).toBe(true);
  });

  it('repeats a lost answer and gets the same successor', async () => {
    await signUp(page);
    await click('Lose the answer');
    await untilToldOf(page, 'The server handed on from 0 to 1, but its answer was lost');
    await untilToldOf(page, 'got the very same successor, 1, byte for byte');
    expect(await generationOf(page)).toBe(1);
  });

  it('comes back after the grace period and gets another successor', async () => {
    await signUp(page);
    await page.getByLabel('Wait out the grace period').check();
    await click('Lose the answer');
    await page.locator('#countdown', { hasText: /^Out of the tunnel in [12] s$/ }).waitFor();
    await untilToldOf(page, 'Nobody had used 1, so it was withdrawn and 2 issued instead.');
    expect(await generationOf(page)).toBe(2);
    expect(await isVisible('withdrawn, never arrived')).toBe(true);
    expect(await page.locator('#countdown').innerText()).toBe('');
  });

  it('lets two tabs race for the same successor', async () => {
    await signUp(page);
    await click('Race two tabs');
    await untilToldOf(page, 'got the very same successor, 1, byte for byte');
    expect(await generationOf(page)).toBe(1);
    await click('Refresh now');
    await untilToldOf(page, 'Generation 1 handed the baton on to 2');
  });

  it('does what is pressed while another act is still under way when that one is over', async () => {
    await signUp(page);
    const sessions = await heldBack('**/sessions');
    await click('Race two tabs');
    await untilToldOf(page, 'got the very same successor, 1, byte for byte');
    await click('Refresh now');
    sessions.emit('release');
    await untilToldOf(page, 'Generation 1 handed the baton on to 2');
    expect(await generationOf(page)).toBe(2);
  });

  it.each([
    ['at once', false],
    ['after the grace period', true],
  ])(
    'catches a thief who comes %s with a copied token, and signs the owner out',
    async (_when, waits) => {
      await signUp(page);
      await click('Let a thief copy the token');
      await click('Refresh now');
      await untilToldOf(page, 'Generation 0 handed the baton on to 1');
      await page.getByLabel('Wait out the grace period').setChecked(waits);
      await click('Let the thief use his copy');
      await untilToldOf(page, 'because of the theft you are signed out, too');
      const [last, before] = await happened(page);
      expect(last).toMatch(/^session_revoked: /);
      expect(before).toMatch(/^token_reused: the thief came with generation 0/);
      expect(before?.includes('lacks the key')).toBe(!waits);
      expect(await page.getByRole('button', { name: 'Sign in', exact: true }).isVisible()).toBe(
        true,
      );
    },
  );

  it('brings a thief who was first to light when the owner refreshes', async () => {
    await signUp(page);
    await click('Let a thief copy the token');
    await click('Let the thief use his copy');
    await untilToldOf(page, 'The thief was first');
    expect(await page.locator('text.bib.stolen').textContent()).toBe('1');
    expect(await generationOf(page)).toBe(0);
    await click('Refresh now');
    await untilToldOf(page, 'token_reused: your token had already been used, and not by you.');
    await untilToldOf(page, 'session_revoked: the thief’s generation 1 is worthless as well.');
    expect(await isVisible('caught')).toBe(true);
    expect(await page.locator('text.bib.stolen').textContent()).toBe('1');
  });

  it('lists the sessions, with a button that ends each', async () => {
    await signUp(page);
    await click('Add a second device');
    const sessions = page.getByRole('listitem').filter({ hasText: 'since' });
    await sessions.nth(1).waitFor();
    await click('End Second device');
    await untilToldOf(page, 'You ended Second device.');
    await sessions.nth(1).waitFor({ state: 'detached' });
    expect(await sessions.count()).toBe(1);
    await page.getByRole('button', { name: /^End .*this device$/ }).click();
    await untilToldOf(page, 'session_revoked: this session was ended.');
    await sessions.nth(0).waitFor({ state: 'detached' });
    expect(await sessions.count()).toBe(0);
  });

  it('can be used with the keyboard alone', async () => {
    const press = async (name: string) => {
      for (let tabs = 0; tabs < 30; tabs += 1) {
        await page.keyboard.press('Tab');
        const focused = page.locator(':focus');
        if ((await focused.count()) > 0 && (await focused.innerText()) === name) break;
      }
      await page.keyboard.press('Enter');
    };
    await press('Try it as a guest');
    await untilToldOf(page, 'You are signed in.');
    expect(await page.locator(':focus').innerText()).toBe('Refresh now');
    await page.keyboard.press('Enter');
    await untilToldOf(page, 'Generation 0 handed the baton on to 1');
    await press('Let a thief copy the token');
    await untilToldOf(page, 'A thief has copied generation 1.');
    await press('Sign out');
    await untilToldOf(page, 'You signed out.');
    expect(await page.locator(':focus').getAttribute('id')).toBe('guest');
  });
});
