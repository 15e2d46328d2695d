import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build } from 'esbuild';

const CEILING_BYTES = 4096;
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

async function bundled(entry: string) {
  const { outputFiles = [], metafile } = await build({ ...BUNDLE, entryPoints: [entry] });
  const bytes = gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).byteLength;
  return { bytes, inputs: Object.keys(metafile?.inputs ?? {}) };
}

it('the core is under 4 KB, and has nothing in it but itself', async () => {
  const { bytes, inputs } = await bundled('src/client/index.ts');
  const leaked = inputs.filter((path) => !/^src\/client\/[\w-]+\.ts$/.test(path));
  expect({ leaked }).toEqual({ leaked: [] });
  expect(bytes).toBeLessThan(CEILING_BYTES);
});

it.each([
  'src/client/axios.ts',
  'src/client/storage/memory.ts',
  'src/client/storage/web.ts',
  'src/client/storage/cookie.ts',
  'src/client/storage/contract.ts',
])('%s runs without Node', async (entry) => {
  // A built-in of Node would fail the build: its platform is the browser.
  const { inputs } = await bundled(entry);
  expect(inputs.filter((path) => !path.startsWith('src/client/'))).toEqual([]);
});
