import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { type ServerProcess, cleanUp, startServer } from '../standalone/server-process.js';
import { describeInChromium, newVisitor, untilToldOf } from './browser.js';

/** @see issue 13, section 6 */
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const SCREENS = { phone: { width: 375, height: 740 }, desktop: { width: 1280, height: 900 } };

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer();
});
afterAll(cleanUp);

/** What axe finds: the rule and the elements. */
async function findings(page: Page): Promise<unknown> {
  await page.evaluate(AXE);
  return page.evaluate(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]))`,
  );
}

/** Uses a button of the acts, and waits for its end: meanwhile the others do nothing. */
async function act(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name }).click();
  await page.locator('#acts[aria-busy="false"]').waitFor();
}

/** The labels that leave the picture. */
function clippedLabels(page: Page): Promise<unknown> {
  return page.evaluate(`(() => {
    const { left, right, top } = document.querySelector('#track').getBoundingClientRect();
    return [...document.querySelectorAll('#track text')].filter((text) => {
      const box = text.getBoundingClientRect();
      return box.left < left - 1 || box.right > right + 1 || box.top < top - 1;
    }).map((text) => text.textContent);
  })()`);
}

/** The labels that share a place with another label, a number, or the line down to the thief. */
function touchingLabels(page: Page): Promise<unknown> {
  return page.evaluate(`(() => {
    const boxOf = (element) => element.getBoundingClientRect();
    const theft = [...document.querySelectorAll('#track .theft')].map(boxOf)
      .map(({ left, top, bottom }) => ({ left, right: left + 2, top, bottom }));
    const others = [...document.querySelectorAll('#track text')];
    const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 2 && b.top < a.bottom - 2;
    return [...document.querySelectorAll('#track text.label')].filter((label) =>
      others.some((other) => other !== label && meet(boxOf(label), boxOf(other))) ||
      theft.some((line) => !label.matches('.thief') && meet(boxOf(label), line)),
    ).map((label) => label.textContent);
  })()`);
}

describeInChromium('the page', () => {
  it.each([
    ['phone', 'light'],
    ['phone', 'dark'],
    ['desktop', 'light'],
    ['desktop', 'dark'],
  ] as const)('gives axe nothing to find and clips no label: %s, %s', async (screen, scheme) => {
    const visitor = await newVisitor({ viewport: SCREENS[screen], colorScheme: scheme });
    const page = await visitor.newPage();
    await page.goto(server.url);
    expect([await findings(page), await clippedLabels(page)]).toEqual([[], []]);
    await page.getByRole('button', { name: 'Try it as a guest' }).click();
    await untilToldOf(page, 'You are signed in.');
    await page.locator('text.label', { hasText: 'live for 1 s' }).waitFor();
    expect(await page.locator('#grace-left').textContent()).toBe('–');
    expect([await findings(page), await clippedLabels(page)]).toEqual([[], []]);
    await act(page, 'Refresh now');
    await act(page, 'Let a thief copy');
    await untilToldOf(page, 'A thief has copied');
    expect([await findings(page), await clippedLabels(page)]).toEqual([[], []]);
    await visitor.close();
  });

  it('has no label that touches another, or that a line of the thief crosses', async () => {
    const visitor = await newVisitor({ viewport: SCREENS.phone });
    const page = await visitor.newPage();
    await page.goto(server.url);
    expect(await touchingLabels(page)).toEqual([]);
    await page.getByRole('button', { name: 'Try it as a guest' }).click();
    await act(page, 'Let a thief copy');
    for (const generation of [1, 2, 3]) {
      await act(page, 'Refresh now');
      await page.locator('text.bib.live', { hasText: `${generation}` }).waitFor();
      expect(await touchingLabels(page)).toEqual([]);
    }
    await visitor.close();
  });

  it('draws the thief’s own generation in a place of its own', async () => {
    const visitor = await newVisitor({ viewport: SCREENS.phone });
    const page = await visitor.newPage();
    await page.goto(server.url);
    await page.getByRole('button', { name: 'Try it as a guest' }).click();
    await act(page, 'Let a thief copy');
    await act(page, 'Let the thief use his copy');
    await page.locator('text.bib.stolen').waitFor();
    const all = [await touchingLabels(page), await clippedLabels(page), await findings(page)];
    expect(all).toEqual([[], [], []]);
    await visitor.close();
  });

  it('has an example of a relay, and the guest’s button first, before anybody signs in', async () => {
    const visitor = await newVisitor();
    const page = await visitor.newPage();
    await page.goto(server.url);
    expect(await page.locator('text.bib').allTextContents()).toEqual(['0', '1', '2']);
    expect(await page.locator('main button').first().textContent()).toBe('Try it as a guest');
    await visitor.close();
  });

  it('shows a phone the picture and the last sentence when a button is used', async () => {
    const visitor = await newVisitor({ viewport: { width: 375, height: 500 } });
    const page = await visitor.newPage();
    await page.goto(server.url);
    await page.getByRole('button', { name: 'Try it as a guest' }).click();
    await act(page, 'Let a thief copy');
    await untilToldOf(page, 'A thief has copied');
    const top = `document.querySelector('#track').getBoundingClientRect().top`;
    const fromTop = Number(await page.evaluate(top));
    expect(fromTop).toBeGreaterThanOrEqual(-1);
    expect(fromTop).toBeLessThan(100);
    expect(await page.locator('#last-sentence').innerText()).toContain('A thief has copied');
    await visitor.close();
  });
});
