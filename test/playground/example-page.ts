import { readFile } from 'node:fs/promises';
import { type Plugin, build } from 'esbuild';
import type { Page } from 'playwright-core';
import { compile } from 'svelte/compiler';
import { compileScript, parse } from 'vue/compiler-sfc';
import { newVisitor } from './browser.js';

const PAGE = `<!doctype html><div id="root"></div><app-root></app-root>
  <script type="module" src="/main.js"></script>`;

/** What bundlers have plugins for. */
const components: Plugin = {
  name: 'components',
  setup(bundler) {
    bundler.onLoad({ filter: /\.vue$/ }, async ({ path }) => {
      const { descriptor } = parse(await readFile(path, 'utf8'), { filename: path });
      const { content } = compileScript(descriptor, { id: 'app', inlineTemplate: true });
      return { contents: content, loader: 'ts' };
    });
    bundler.onLoad({ filter: /\.svelte$/ }, async ({ path }) => {
      const { js } = compile(await readFile(path, 'utf8'), { filename: path });
      return { contents: js.code, loader: 'js' };
    });
  },
};

/** An example as a bundler makes it, with the client's sources in place of the package. */
async function bundle(entryPoint: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entryPoint],
    alias: { 'nestjs-baton/client': './src/client' },
    bundle: true,
    format: 'esm',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [components],
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

/** Serves an example's page and hands everything else to the API: one origin. */
export async function openExample(entryPoint: string, apiUrl: string): Promise<Page> {
  const script = await bundle(entryPoint);
  const page = await (await newVisitor()).newPage();
  const fulfil = (path: string, contentType: string, body: string) =>
    page.route(`${apiUrl}${path}`, (route) => route.fulfill({ contentType, body }));
  await fulfil('/example', 'text/html', PAGE);
  await fulfil('/main.js', 'text/javascript', script);
  await page.goto(`${apiUrl}/example`);
  return page;
}
