import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import Metro from 'metro';
import { build } from 'vite';
import webpack from 'webpack';

/** What a bundle of `visit.js` does, and what it weighs. */
async function loaded(file, load) {
  return { visit: await load(file), bytes: readFileSync(file).byteLength };
}

async function withFolder(use) {
  const folder = mkdtempSync(join(tmpdir(), 'baton-client-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** As Vite builds a library for browsers; a built-in of Node would be a warning. */
export const runInVite = (projects) =>
  withFolder(async (outDir) => {
    await build({
      root: join(projects, 'vite'),
      configFile: false,
      logLevel: 'error',
      build: {
        outDir,
        lib: { entry: join(projects, 'visit.js'), formats: ['es'], fileName: () => 'visit.mjs' },
        rollupOptions: { onwarn: refuse },
      },
    });
    return loaded(join(outDir, 'visit.mjs'), async (file) => {
      return (await import(pathToFileURL(file).href)).visit;
    });
  });

function refuse(warning) {
  throw new Error(`Vite warns: ${warning.message ?? warning}`);
}

/** @param exportsFields without any, webpack 5 looks for packages as webpack 4 did */
export const runInWebpack = (projects, exportsFields) =>
  withFolder(async (path) => {
    const compiler = webpack({
      mode: 'production',
      target: 'web',
      context: projects,
      entry: './visit.js',
      output: { path, filename: 'visit.cjs', library: { type: 'commonjs2' } },
      resolve: { exportsFields },
    });
    const stats = await new Promise((resolve, reject) => {
      compiler.run((error, result) => (error ? reject(error) : resolve(result)));
    });
    if (stats.hasErrors() || stats.hasWarnings())
      throw new Error(stats.toString('errors-warnings'));
    return loaded(join(path, 'visit.cjs'), (file) => createRequire(import.meta.url)(file).visit);
  });

/** As React Native bundles, with package exports off; what comes of it is run in a context of its own. */
export const runInMetro = (projects) =>
  withFolder(async (folder) => {
    const config = await Metro.loadConfig({ cwd: projects }, metroSettings(projects));
    const out = join(folder, 'visit.js');
    await Metro.runBuild(config, { entry: 'metro/entry.js', out, platform: 'ios', dev: false });
    return loaded(out, (file) => {
      const context = createContext({ fetch, Headers, Request, Response, URL, AbortController });
      Object.assign(context, { AbortSignal, setTimeout, clearTimeout, console, performance });
      runInContext(readFileSync(file, 'utf8'), context);
      return context.visit;
    });
  });

function metroSettings(projects) {
  return {
    projectRoot: projects,
    watchFolders: [join(projects, '..')],
    reporter: { update() {} },
    cacheStores: [],
    resolver: {
      unstable_enablePackageExports: false,
      nodeModulesPaths: [join(projects, '../node_modules')],
    },
    transformer: { babelTransformerPath: join(projects, 'metro/transformer.cjs') },
  };
}
