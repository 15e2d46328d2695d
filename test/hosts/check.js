/**
 * Checks that the package is at home in applications as `nest new` of each major makes them: CommonJS with ts-jest
 * and with SWC (11), ES modules with Vitest (12). Installed and imported with the README's own lines; the tests that the CLI
 * has generated have to pass as they were, and one of ours beside them.
 */
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, pack } from '../package/pack.js';
import { checkEsbuild, checkWebpack } from './bundles.js';
import { fail, readJson, run, say } from '../package/steps.js';

const SOURCES = join(ROOT, 'test/hosts/sources');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const MAKE_SECRETS = textBetween('```sh\nfor name in', '```').replace(/^```sh\n/, '');

const temporary = mkdtempSync(join(tmpdir(), 'baton-hosts-'));

/** What applications have beside the module, and our tests of them use. */
const BESIDE = ['@nestjs/throttler@^6'];

/** From the one mark on, up to the other. */
function textBetween(from, to) {
  const start = README.indexOf(from);
  const end = README.indexOf(to, start + from.length);
  return start < 0 || end < 0
    ? fail(`the README has no longer: ${from}`)
    : README.slice(start, end);
}

/** What the README says to install on a major of Nest; the tarball in the place of the name. */
function installed(major, tarball) {
  const line = textBetween(`# Nest ${major}\nnpm install `, '\n#').split('\n')[1] ?? '';
  const inPlaceOf = {
    'nestjs-baton': tarball,
    // Compiled once is enough: a link to the one that is there.
    'better-sqlite3': join(ROOT, 'node_modules/better-sqlite3'),
  };
  const names = line.trim().split(' ').slice(2);
  return names.map((name) => inPlaceOf[name] ?? name);
}

/** `nest new`, and the README's steps. @returns the application's folder */
async function makeHost(major, tarball) {
  const folder = join(temporary, `nest-${major}`);
  const generate = [`@nestjs/cli@${major}`, 'new', `nest-${major}`, '--package-manager', 'npm'];
  await run(temporary, 'npx', '--yes', ...generate, '--skip-git', '--skip-install');
  const quietly = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
  await run(folder, 'npm', 'install', ...quietly, ...installed(major, tarball), ...BESIDE);
  await run(folder, 'sh', '-c', MAKE_SECRETS);
  writeSources(folder);
  return folder;
}

function writeSources(folder) {
  const isEsm = readJson(join(folder, 'package.json')).type === 'module';
  const users = join(ROOT, 'examples/in-memory-users/users.service.ts');
  cpSync(users, join(folder, 'src/users.service.ts'));
  for (const file of readdirSync(SOURCES)) {
    const source = readFileSync(join(SOURCES, file), 'utf8');
    const written = isEsm ? source : source.replaceAll(/(?<=from '\.[^']*)\.js(?=')/g, '');
    writeFileSync(join(folder, file.includes('e2e') ? 'test' : 'src', file), written);
  }
}

async function checkHost(major, tarball) {
  const folder = await makeHost(major, tarball);
  say(`Nest ${major}: an application of @nestjs/cli has the module in it, as the README says`);
  await run(folder, 'npm', 'run', 'build');
  say(`Nest ${major}: it builds`);
  await run(folder, 'npm', 'test');
  await run(folder, 'npm', 'run', 'test:e2e');
  say(`Nest ${major}: its own unit and end-to-end tests pass, and one that logs in`);
  return folder;
}

/** As Nest's page on SWC has it. */
const SWCRC = {
  sourceMaps: true,
  jsc: {
    parser: { syntax: 'typescript', decorators: true, dynamicImport: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
    baseUrl: './',
  },
};

/** The same application, compiled by SWC instead of TypeScript, and its tests as well. */
async function checkSwc(folder) {
  const packages = ['@swc/cli', '@swc/core', '@swc/jest'];
  const quietly = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
  await run(folder, 'npm', 'install', '--save-dev', ...quietly, ...packages);
  writeFileSync(join(folder, '.swcrc'), JSON.stringify(SWCRC));
  for (const name of ['package.json', 'test/jest-e2e.json']) {
    const path = join(folder, name);
    const json = readJson(path);
    (json.jest ?? json).transform = { '^.+\\.(t|j)s$': '@swc/jest' };
    writeFileSync(path, JSON.stringify(json, null, 2));
  }
  await run(folder, 'npx', 'nest', 'build', '--builder', 'swc');
  await run(folder, 'npm', 'test');
  await run(folder, 'npm', 'run', 'test:e2e');
  say('Nest 11, SWC: it builds, and the same tests pass');
}

/** Every path that an application may import, those behind a `*` by name. */
function subpaths(folder) {
  const home = join(folder, 'node_modules/nestjs-baton');
  const { exports } = readJson(join(home, 'package.json'));
  const closed = Object.keys(exports).filter((path) => exports[path] === null);
  const named = (path) => {
    const [before, after] = path.split('*');
    if (after === undefined) return [path];
    const files = readdirSync(join(home, 'dist/cjs', before));
    return files.filter((file) => file.endsWith('.d.ts')).map((file) => before + file.slice(0, -5));
  };
  const open = Object.keys(exports).filter((path) => exports[path]?.require !== undefined);
  const all = open.flatMap(named).filter((path) => !closed.includes(path));
  return all.map((path) => `nestjs-baton${path.slice(1)}`);
}

/** CommonJS that finds types in the way of old: `exports` are not read there. */
async function checkOldResolution(folder) {
  const paths = subpaths(folder);
  const lines = paths.map((path, at) => `import * as part${at} from '${path}';\npart${at};\n`);
  writeFileSync(join(folder, 'every-subpath.ts'), lines.join(''));
  const how = ['--module', 'commonjs', '--moduleResolution', 'node', '--target', 'ES2023'];
  const strict = ['--strict', '--esModuleInterop', '--skipLibCheck', '--noEmit'];
  await run(folder, 'npx', 'tsc', ...how, ...strict, 'every-subpath.ts');
  say(`moduleResolution node: each of ${paths.length} subpaths has its types`);
}

async function checkTypes(tarball) {
  await run(temporary, 'npx', '--yes', '@arethetypeswrong/cli@0.18.5', tarball);
  say('attw: the types are right for node10, CommonJS, ES modules and bundlers');
}

try {
  const { path: tarball } = await pack(temporary);
  await checkTypes(tarball);
  const [nest11, nest12] = await Promise.all([checkHost(11, tarball), checkHost(12, tarball)]);
  await checkOldResolution(nest11);
  await checkSwc(nest11);
  await checkEsbuild(nest12);
  await checkWebpack(nest11);
  say('the package is at home in both');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
