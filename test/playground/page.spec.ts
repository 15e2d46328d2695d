import { startInProcess, stopAll } from '../standalone/server-in-process.js';
import { type ServerProcess, cleanUp, startServer } from '../standalone/server-process.js';
import { get } from '../standalone/vocabulary.js';
import { describeInChromium, newVisitor, signUp } from './browser.js';

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const SECRETS = {
  AUTH_ACCESS_SECRET: 'a secret of the tests for access tokens',
  AUTH_REFRESH_SECRET: 'a secret of the tests for refresh tokens',
};

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer({ AUTH_PREFIX: 'api/auth' });
});
afterAll(async () => {
  await stopAll();
  await cleanUp();
});

describe('the route of the playground', () => {
  it('has a strict policy, which no other route has', async () => {
    const page = await get(server.url);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toBe(POLICY);
    expect(page.headers.get('x-frame-options')).toBe('DENY');
    expect((await get(`${server.url}/health`)).headers.get('content-security-policy')).toBeNull();
  });

  it('has neither script nor style in the page', async () => {
    const { text } = await get(server.url);
    expect(text).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:/);
    expect(text.match(/<script.*?<\/script>/gs)).toEqual([
      '<script type="module" src="playground/main.js"></script>',
    ]);
  });

  it.each([
    ['on outside production', {}, 200],
    ['off when switched off', { AUTH_PLAYGROUND: 'off' }, 404],
    ['off in production', { NODE_ENV: 'production' }, 404],
    ['on in production when switched on', { NODE_ENV: 'production', AUTH_PLAYGROUND: 'on' }, 200],
  ])('is %s', async (_when, variables, status) => {
    const { url } = await startInProcess({ ...SECRETS, ...variables });
    const answers = await Promise.all([get(url), get(`${url}/playground/style.css`)]);
    expect(answers.map((answer) => answer.status)).toEqual([status, status]);
  });

  it('is not in the description of the API', async () => {
    const { body } = await get(`${server.url}/docs-json`);
    expect(Object.keys(Object(body['paths']))).not.toContain('/');
  });
});

describeInChromium('the page', () => {
  it('loads and works without a violation of its policy', async () => {
    const page = await (await newVisitor()).newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(server.url);
    await signUp(page);
    await page.getByRole('button', { name: 'Refresh now' }).click();
    await page.locator('text.bib.live', { hasText: '1' }).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('refuses a script that is written into it', async () => {
    const page = await (await newVisitor()).newPage();
    await page.goto(server.url);
    const refused = page.waitForEvent('console', (message) =>
      message.text().includes('script-src'),
    );
    await page.evaluate(
      `const script = document.createElement('script');
       script.textContent = 'document.title = "taken over"';
       document.body.append(script);`,
    );
    await refused;
    expect(await page.title()).not.toBe('taken over');
    await page.context().close();
  });

  it.each(['light', 'dark'] as const)('fits a phone, %s', async (colorScheme) => {
    const phone = { width: 360, height: 740 };
    const page = await (await newVisitor({ viewport: phone, colorScheme })).newPage();
    await page.goto(server.url);
    const width = () => page.evaluate('document.documentElement.scrollWidth');
    expect(await width()).toBe(phone.width);
    await signUp(page);
    await page.getByRole('button', { name: 'Race two tabs' }).click();
    await page.locator('text.bib.live', { hasText: '1' }).waitFor();
    expect(await width()).toBe(phone.width);
    await page.context().close();
  });

  it('leaves the API reference working', async () => {
    const page = await (await newVisitor()).newPage();
    await page.goto(server.url);
    await page.getByRole('link', { name: 'API reference' }).first().click();
    await page.getByText('Checks the credentials and opens a session').waitFor();
    expect(page.url()).toBe(`${server.url}/docs`);
    await page.getByText('token_reused (401)').first().waitFor();
    const back = page.getByRole('link', { name: 'See tokens rotate' });
    const address = new URL((await back.getAttribute('href')) ?? '?', page.url());
    expect(address.href).toBe(`${server.url}/`);
    await page.context().close();
  });
});
