import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** Prints what a page pays for each part that runs in browsers: minified, gzipped, and what it adds to the core. */
export async function printSizes(installed) {
  const { exports, peerDependencies } = JSON.parse(
    readFileSync(join(installed, 'package.json'), 'utf8'),
  );
  const subpaths = Object.keys(exports).filter((path) => !/package\.json|\.\/lock/.test(path));
  const core = await sizeOf(installed, peerDependencies, ['.']);
  console.log(`        core ${core} bytes gzipped`);
  for (const path of subpaths.filter((subpath) => subpath !== '.')) {
    const bytes = await sizeOf(installed, peerDependencies, ['.', path]).catch(() => null);
    if (bytes !== null) console.log(`        ${path.slice(2)} +${bytes - core}`);
  }
}

/** Fails for what needs Node. */
async function sizeOf(installed, peers, subpaths) {
  const names = subpaths.map((path) => join('nestjs-baton-client', path));
  const { outputFiles } = await build({
    stdin: {
      contents: names.map((name) => `export * from '${name}';`).join(''),
      resolveDir: join(installed, '..'),
    },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    external: Object.keys(peers),
    logLevel: 'silent',
    write: false,
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).byteLength;
}
