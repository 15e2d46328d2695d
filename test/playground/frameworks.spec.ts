/** The examples of frameworks in a browser; React's are in react.spec. @see issue 13, section 4 */
import type { Page } from 'playwright-core';
import { type InProcessServer, startInProcess, stopAll } from '../standalone/server-in-process.js';
import { signUp } from '../standalone/vocabulary.js';
import { describeInChromium } from './browser.js';
import { openExample } from './example-page.js';

let api: InProcessServer;

async function signIn(page: Page): Promise<string> {
  const { credentials } = await signUp(api.url);
  await page.getByLabel('User name').fill(credentials.username);
  await page.getByLabel('Password').fill(credentials.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  return credentials.username;
}

describeInChromium('the example of', () => {
  beforeAll(async () => {
    api = await startInProcess({ AUTH_ACCESS_TTL: '2s' });
  });
  afterAll(stopAll);

  it.each([
    ['Vue', 'examples/vue/main.js'],
    ['Svelte', 'examples/svelte/main.js'],
    ['Angular', 'examples/angular/main.ts'],
  ])(
    '%s shows the form, then who is signed in, over a reload, and the next one',
    async (_name, entry) => {
      const page = await openExample(entry, api.url);
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(error.message));
      const first = await signIn(page);
      await page.getByText(`Hello, ${first}`).waitFor();
      await page.reload();
      await page.getByText(`Hello, ${first}`).waitFor();
      await page.getByRole('button', { name: 'Sign out' }).click();
      const second = await signIn(page);
      await page.getByText(`Hello, ${second}`).waitFor();
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );
});
