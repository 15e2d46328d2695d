/**
 * Checks `nestjs-baton-client` as it is published: what the tarball holds and weighs, what publint and attw say of it,
 * and that it builds and runs where front ends do: Vite, webpack, Jest, Metro, Expo.
 */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse } from 'acorn';
import { runInMetro, runInVite, runInWebpack } from './bundlers.js';
import { VISITED, withServer } from './server.js';
import { printSizes } from './sizes.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = join(HERE, '../..');
const PROJECTS = join(HERE, 'projects');
const INSTALLED = join(PROJECTS, 'node_modules/nestjs-baton-client');

/** Every file of the tarball is one of these. */
const WANTED = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/,
  /^(esm|cjs)\/(client\/(?!.*\.spec\.).+|wire)\.(js|d\.ts)$/,
  /^(?!esm\/).*\/package\.json$/,
];

/** What cannot be loaded here, where no peer is installed. */
const BEHIND_PEERS = [
  './angular',
  './react',
  './react-sessions',
  './storage/keychain',
  './trpc',
  './vue',
];

const execute = promisify(execFile);
const startedAt = Date.now();
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
const tool = (path) => join(HERE, 'node_modules', path);

function say(line) {
  console.log(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(5)}s  ${line}`);
}

/** Runs a program to its end. @returns what it wrote */
async function run(cwd, command, args, env = {}) {
  try {
    return (await execute(command, args, { cwd, env: { ...process.env, ...env } })).stdout;
  } catch ({ stdout, stderr, message }) {
    throw new Error(`${command} ${args.join(' ')} failed\n${stdout}${stderr || message}`);
  }
}

/** Builds from nothing. @returns the path of the tarball */
async function pack() {
  await run(ROOT, 'npm', ['run', '--silent', 'build:client']);
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', PROJECTS];
  const [packed] = JSON.parse(await run(join(ROOT, 'dist-client'), 'npm', args));
  const unwanted = packed.files.filter(({ path }) => !WANTED.some((wanted) => wanted.test(path)));
  if (unwanted.length > 0) throw new Error(`should not be packed: ${JSON.stringify(unwanted)}`);
  const kilobytes = (bytes) => `${(bytes / 1024).toFixed(0)} KB`;
  const sizes = `${kilobytes(packed.size)} packed, ${kilobytes(packed.unpackedSize)} unpacked`;
  say(`${packed.filename}: ${packed.files.length} files, ${sizes}`);
  return join(PROJECTS, packed.filename);
}

async function lint(tarball) {
  const publint = join(ROOT, 'node_modules/publint/src/cli.js');
  await run(ROOT, 'node', [publint, tarball, '--strict']);
  say('publint --strict has nothing to say');
  await run(HERE, 'node', [tool('@arethetypeswrong/cli/dist/index.js'), tarball]);
  say('attw has nothing to say: node10, node16 from either side, bundlers');
}

/** As a front end does, where no package but this one can be found beside the tools. */
async function install(tarball) {
  rmSync(join(PROJECTS, 'node_modules'), { recursive: true, force: true });
  const flags = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund'];
  await run(PROJECTS, 'npm', ['install', `./${basename(tarball)}`, ...flags]);
  const listed = await run(PROJECTS, 'npm', ['ls', '--all', '--parseable']).catch(String);
  const packages = listed.split('\n').filter((line) => line.includes('/node_modules/'));
  if (packages.length !== 1) throw new Error(`npm ls shows ${packages.length} packages: ${listed}`);
  say('npm ls shows 1 package');
}

/** Each public subpath can be imported, required, and found without `exports`. */
async function checkSubpaths() {
  const { exports, dependencies } = readJson(join(INSTALLED, 'package.json'));
  if (dependencies !== undefined) throw new Error('the package has dependencies');
  const subpaths = Object.keys(exports).filter((path) => path !== './package.json');
  const loadable = subpaths.filter((path) => !BEHIND_PEERS.includes(path));
  const names = loadable.map((path) => join('nestjs-baton-client', path));
  const script = names.map((name) => `await import('${name}');`).join('');
  await run(PROJECTS, 'node', ['--input-type=module', '--eval', script]);
  await run(PROJECTS, 'node', ['--eval', names.map((name) => `require('${name}');`).join('')]);
  for (const path of subpaths) checkFolder(join(INSTALLED, path), path);
  say(`${subpaths.length} subpaths are imported, required, and found without exports`);
}

function checkFolder(folder, path) {
  const { main, types } = readJson(join(folder, 'package.json'));
  const missing = [main, types].filter((file) => !existsSync(join(folder, file)));
  if (missing.length > 0) throw new Error(`${path} points at nothing: ${missing.join(', ')}`);
}

/** Bundlers without `exports` are of a time before `?.` and private fields. */
function checkSyntax() {
  const folder = join(INSTALLED, 'cjs');
  const files = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.js'));
  for (const file of files) {
    parse(readFileSync(join(folder, file), 'utf8'), { ecmaVersion: 2019, sourceType: 'script' });
  }
  say(`${files.length} CommonJS files are ES2019`);
}

/** @param visit signs in at an address, in a bundle */
async function checkVisit(name, makeVisit) {
  const { visit, bytes } = await makeVisit(PROJECTS);
  const visited = await withServer(visit);
  if (visited !== VISITED) throw new Error(`${name}: ${visited}`);
  say(`${name}: a bundle of ${bytes} bytes signs in, refreshes and signs out`);
}

async function checkJest() {
  const args = [tool('jest/bin/jest.js'), '--ci', '-i'];
  await withServer((SERVER) => run(join(PROJECTS, 'jest'), 'node', args, { SERVER }));
  say('Jest, CommonJS and jsdom: its tests are green');
}

/** The example, against what was installed and the types of the real packages. */
async function checkExpo() {
  const folder = join(PROJECTS, 'expo');
  cpSync(join(ROOT, 'examples/expo'), join(folder, 'app'), { recursive: true });
  await run(folder, 'node', [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', '.']);
  rmSync(join(folder, 'app'), { recursive: true });
  say('Expo: the example type-checks');
}

try {
  const tarball = await pack();
  await lint(tarball);
  await install(tarball);
  rmSync(tarball);
  await checkSubpaths();
  checkSyntax();
  await checkVisit('Vite', runInVite);
  await checkVisit('webpack', (folder) => runInWebpack(folder, ['exports']));
  await checkVisit('webpack without exports', (folder) => runInWebpack(folder, []));
  await checkVisit('Metro without exports', runInMetro);
  await checkJest();
  await checkExpo();
  await printSizes(INSTALLED);
  say('the client’s package is good');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
