import type { Page } from 'playwright-core';
import { createBaton } from '../../src/client/index.js';
import { memoryStorage } from '../../src/client/storage/memory.js';
import { type InProcessServer, startInProcess, stopAll } from '../standalone/server-in-process.js';
import { signUp } from '../standalone/vocabulary.js';
import { describeInChromium } from './browser.js';
import { openExample } from './example-page.js';

let api: InProcessServer;
let page: Page;

describeInChromium('the React hooks', () => {
  beforeAll(async () => {
    api = await startInProcess({ AUTH_ACCESS_TTL: '2s' });
    page = await openExample('examples/react/main.tsx', api.url);
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
    expect(await page.getByText('Hello').count()).toBe(1);
  });

  it('list the sessions, end another, and one’s own', async () => {
    const { credentials } = await signUp(api.url);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('User name').fill(credentials.username);
    await page.getByLabel('Password').fill(credentials.password);
    const elsewhere = createBaton({ baseUrl: api.url, storage: memoryStorage() });
    await elsewhere.signIn({ ...credentials, device_name: 'Phone' });
    await page.keyboard.press('Enter');
    const endPhone = page.getByRole('button', { name: 'End Phone' });
    await endPhone.click();
    await endPhone.waitFor({ state: 'detached' });
    expect(await page.locator('li[aria-current]').innerText()).toContain('this device');
    expect((await elsewhere.fetch('/auth/me')).status).toBe(401);
    await elsewhere.dispose();
    await page.getByRole('button', { name: 'End Example' }).click();
    await page.getByLabel('User name').waitFor();
    expect(await page.getByRole('listitem').count()).toBe(0);
  });

  it('say why a session could not be ended, beside those that there are', async () => {
    const { credentials } = await signUp(api.url);
    await page.getByLabel('User name').fill(credentials.username);
    await page.getByLabel('Password').fill(credentials.password);
    await page.keyboard.press('Enter');
    const end = page.getByRole('button', { name: 'End Example' });
    await end.waitFor();
    const refusal = { error: 'unavailable', error_description: 'Come back later' };
    await page.route(`${api.url}/auth/sessions/*`, (route) =>
      route.fulfill({ status: 503, json: refusal }),
    );
    await end.click();
    await page.getByRole('alert').filter({ hasText: 'Come back later' }).waitFor();
    expect(await end.count()).toBe(1);
  });
});
