/**
 * Makes the package `nestjs-baton-client` of `src/client`, in `dist-client/`: ES modules and CommonJS, the types of
 * both, and a folder for each subpath. What is public, which versions of peers fit and the version itself are said
 * once, in the `package.json` of the server's package.
 */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = join(HERE, '..');
const OUT = join(ROOT, 'dist-client');
const server = readJson(join(ROOT, 'package.json'));

/** Said of the repository, not of one package; the last three are missing until there is a public home. */
const SHARED = ['version', 'license', 'author', 'engines', 'repository', 'bugs', 'homepage'];

/** What the server cannot do without, and of the client one subpath alone: Angular brings it. */
const OPTIONAL_HERE = ['rxjs'];

rmSync(OUT, { recursive: true, force: true });
for (const format of ['esm', 'cjs']) compile(format);
writeJson(join(OUT, 'cjs/package.json'), { type: 'commonjs' });
const subpaths = publicSubpaths();
writeManifest();
for (const subpath of subpaths.filter((path) => path !== '')) writeFolder(subpath);
cpSync(join(HERE, 'README.md'), join(OUT, 'README.md'));
for (const file of ['LICENSE', 'CHANGELOG.md']) cpSync(join(ROOT, file), join(OUT, file));

function compile(format) {
  const config = join(HERE, `tsconfig.${format}.json`);
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', config], { stdio: 'inherit' });
}

/** What the server's package exports below `./client`, one by one: `''`, `axios`, `storage/file` … */
function publicSubpaths() {
  const ours = Object.entries(server.exports).filter(([path]) => /^\.\/client(\/|$)/.test(path));
  const hidden = ours.filter(([, target]) => target === null).map(([path]) => nameOf(path));
  const named = ours.filter(([, target]) => target !== null).map(([path]) => nameOf(path));
  return named
    .flatMap((name) => (name.endsWith('/*') ? filesOf(name.slice(0, -2)) : [name]))
    .filter((name) => !hidden.includes(name));
}

function nameOf(path) {
  return path.replace(/^\.\/client\/?/, '');
}

function filesOf(folder) {
  return readdirSync(join(OUT, 'esm/client', folder))
    .filter((file) => file.endsWith('.js'))
    .map((file) => `${folder}/${file.slice(0, -3)}`);
}

/** Where a subpath's module is, without its ending. */
function moduleOf(format, subpath) {
  const module = `./${format}/client/${subpath === '' ? 'index' : subpath}`;
  if (!existsSync(join(OUT, `${module}.js`))) throw new Error(`${module}.js was not built`);
  return module;
}

function writeManifest() {
  const known = SHARED.filter((field) => field in server);
  const { name, description, keywords, ...rest } = readJson(join(HERE, 'manifest.json'));
  writeJson(join(OUT, 'package.json'), {
    name,
    description,
    keywords,
    ...Object.fromEntries(known.map((field) => [field, server[field]])),
    ...rest,
    main: `${moduleOf('cjs', '')}.js`,
    types: `${moduleOf('cjs', '')}.d.ts`,
    exports: exportsOf(),
    typesVersions: { '*': typesVersionsOf() },
    ...peers(),
  });
}

function exportsOf() {
  const entries = subpaths.map((subpath) => [
    subpath === '' ? '.' : `./${subpath}`,
    {
      import: typedModule('esm', subpath),
      require: typedModule('cjs', subpath),
    },
  ]);
  return { ...Object.fromEntries(entries), './package.json': './package.json' };
}

function typedModule(format, subpath) {
  const module = moduleOf(format, subpath);
  return { types: `${module}.d.ts`, default: `${module}.js` };
}

function typesVersionsOf() {
  const below = subpaths.filter((subpath) => subpath !== '');
  return Object.fromEntries(
    below.map((subpath) => [subpath, [`${moduleOf('cjs', subpath)}.d.ts`]]),
  );
}

/** For resolvers that do not read `exports`. They are old, so what they find is CommonJS in the syntax of ES2019. */
function writeFolder(subpath) {
  const folder = join(OUT, subpath);
  const module = relative(folder, join(OUT, moduleOf('cjs', subpath)));
  mkdirSync(folder, { recursive: true });
  writeJson(join(folder, 'package.json'), {
    type: 'commonjs',
    main: `${module}.js`,
    types: `${module}.d.ts`,
  });
}

/** Whatever is imported from elsewhere is the application's to install, or not. */
function peers() {
  const names = [...new Set(compiledFiles().flatMap(foreignImports))].toSorted();
  const unknown = names.filter(
    (name) => !server.peerDependenciesMeta[name]?.optional && !OPTIONAL_HERE.includes(name),
  );
  if (unknown.length > 0) throw new Error(`not optional peers: ${unknown.join(', ')}`);
  return {
    peerDependencies: Object.fromEntries(
      names.map((name) => [name, server.peerDependencies[name]]),
    ),
    peerDependenciesMeta: Object.fromEntries(names.map((name) => [name, { optional: true }])),
  };
}

function compiledFiles() {
  const all = readdirSync(join(OUT, 'esm'), { recursive: true, withFileTypes: true });
  return all
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}

/** The packages that a module, or its types, imports. */
function foreignImports(source) {
  const specifiers = [...source.matchAll(/^(?:import|export) .*?from '([^'.][^']*)';$/gms)];
  return specifiers
    .map(([, specifier]) => specifier)
    .filter((specifier) => !isBuiltin(specifier))
    .map((specifier) => /^(@[^/]+\/)?[^/]+/.exec(specifier)[0]);
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function writeJson(path, value) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}
