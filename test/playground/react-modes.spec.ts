/** The React hooks as applications use them. @see issue 13, section 3 */
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { type InProcessServer, startInProcess, stopAll } from '../standalone/server-in-process.js';
import { signUp } from '../standalone/vocabulary.js';
import { describeInChromium, newVisitor } from './browser.js';

/** A page that a server has rendered for nobody, with `read` written inline. */
const PAGE = `
  import { StrictMode } from 'react';
  import { hydrateRoot } from 'react-dom/client';
  import { renderToString } from 'react-dom/server.browser';
  import { createBaton } from './src/client/index.ts';
  import { useAuthorizedFetch, useBaton } from './src/client/react.ts';
  import { indexedDbStorage } from './src/client/storage/indexed-db.ts';
  const baton = (globalThis.baton = createBaton({ baseUrl: '', storage: indexedDbStorage() }));
  function Who() {
    const { status, sessionId } = useBaton(baton);
    const { data } = useAuthorizedFetch(baton, '/auth/me', async (response) => (await response.json()).username);
    globalThis.rendering.push([sessionId, data]);
    return <p>{status + ' ' + (data ?? 'nobody')}</p>;
  }
  const app = <StrictMode><Who /></StrictMode>;
  globalThis.problems = [];
  globalThis.rendering = [];
  globalThis.mount = () => {
    const root = document.querySelector('#root');
    root.innerHTML = globalThis.rendered = renderToString(app);
    hydrateRoot(root, app, { onRecoverableError: (error) => globalThis.problems.push(String(error)) });
  };
`;

let api: InProcessServer;
let page: Page;

const ask = (expression: string): Promise<unknown> => page.evaluate(expression);

describeInChromium('the React hooks in development, under StrictMode', () => {
  beforeAll(async () => {
    api = await startInProcess();
    const stdin = { contents: PAGE, resolveDir: process.cwd(), loader: 'tsx' } as const;
    const define = { 'process.env.NODE_ENV': '"development"' };
    const options = { bundle: true, format: 'esm', jsx: 'automatic', write: false } as const;
    const { outputFiles } = await build({ stdin, define, ...options });
    page = await (await newVisitor()).newPage();
    const fulfil = (path: string, contentType: string, body: string) =>
      page.route(`${api.url}${path}`, (route) => route.fulfill({ contentType, body }));
    await fulfil('/modes.js', 'text/javascript', outputFiles[0]?.text ?? '');
    const html =
      '<!doctype html><div id="root"></div><script type="module" src="/modes.js"></script>';
    await fulfil('/modes', 'text/html', html);
    await page.goto(`${api.url}/modes`);
    await page.waitForFunction('globalThis.mount');
  });
  afterAll(stopAll);

  it('take over what was rendered for nobody, and ask a bounded number of times with an inline read', async () => {
    const { credentials } = await signUp(api.url);
    await ask(`baton.signIn(${JSON.stringify(credentials)})`);
    let requests = 0;
    page.on('request', (request) => (requests += Number(request.url().endsWith('/auth/me'))));
    await ask('mount()');
    expect(await ask('rendered')).toBe('<p>unknown nobody</p>');
    await page.getByText(`signedIn ${credentials.username}`).waitFor();
    await page.waitForTimeout(500);
    expect(requests).toBeLessThanOrEqual(2);
    expect(await ask('problems')).toEqual([]);
  });

  it('render nothing of the last user for the next one, not even once', async () => {
    const { credentials } = await signUp(api.url);
    await ask(`baton.signIn(${JSON.stringify(credentials)})`);
    await page.getByText(`signedIn ${credentials.username}`).waitFor();
    const session = await ask('baton.getState().sessionId');
    const renderings: unknown = await ask('rendering');
    const shown = Array.isArray(renderings) ? renderings : [];
    const theirs = shown.filter(([id]) => id === session).map(([, name]) => name);
    expect(new Set(theirs.filter(Boolean))).toEqual(new Set([credentials.username]));
  });
});
