import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build } from 'esbuild';

/** Gzipped, after esbuild's minification. */
const CORE_BYTES = 6190;
const WITH_INDEXED_DB_BYTES = 6660;
const ROOT = resolve(import.meta.dirname, '../..');
const BUNDLE: BuildOptions = {
  absWorkingDir: ROOT,
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  write: false,
  metafile: true,
};

async function bundled(...entries: string[]) {
  const contents = entries.map((entry) => `export * from './${entry}';`).join('');
  const stdin = { contents, resolveDir: ROOT };
  const { outputFiles = [], metafile } = await build({ ...BUNDLE, stdin });
  const bytes = gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).byteLength;
  const inputs = Object.keys(metafile?.inputs ?? {}).filter((path) => path !== '<stdin>');
  return { bytes, inputs };
}

it('the core is under its ceiling, and has nothing in it but itself', async () => {
  const { bytes, inputs } = await bundled('src/client/index.ts');
  const leaked = inputs.filter((path) => !/^src\/client\/[\w-]+\.ts$/.test(path));
  expect({ leaked }).toEqual({ leaked: [] });
  expect(bytes).toBeLessThan(CORE_BYTES);
});

it('so is the core with IndexedDB', async () => {
  const { bytes } = await bundled('src/client/index.ts', 'src/client/storage/indexed-db.ts');
  expect(bytes).toBeLessThan(WITH_INDEXED_DB_BYTES);
});

it.each([
  'src/client/account.ts',
  'src/client/axios.ts',
  'src/client/debug-log.ts',
  'src/client/dpop.ts',
  'src/client/dpop/indexed-db.ts',
  'src/client/dpop/stored.ts',
  'src/client/expiry.ts',
  'src/client/graphql.ts',
  'src/client/socket-io.ts',
  'src/client/tanstack-query.ts',
  'src/client/storage/memory.ts',
  'src/client/storage/indexed-db.ts',
  'src/client/storage/web.ts',
  'src/client/storage/cookie.ts',
  'src/client/storage/contract.ts',
])('%s runs without Node', async (entry) => {
  // A built-in of Node would fail the build: its platform is the browser.
  const { inputs } = await bundled(entry);
  expect(inputs.filter((path) => !path.startsWith('src/client/'))).toEqual([]);
});
