/**
 * Checks what `npm pack` makes: that it holds what it should, and that it installs into a fresh application,
 * type-checks there, starts, logs a user in and refreshes, on each pair of frameworks that it supports.
 */
import { spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ROOT, pack } from './pack.js';
import { fail, readJson, run, say } from './steps.js';
import { checkDependencyPage, checkSupply } from './supply.js';

const EXAMPLE = join(ROOT, 'examples/in-memory-users');
const USER = { username: 'ann', password: 'correct horse battery staple' };

/** Every file of the tarball is one of these. */
const WANTED = [
  /^(package\.json|sbom\.cdx\.json|LICENSE|(README|CHANGELOG|CONTRIBUTING|SECURITY|bench\/RESULTS)\.md)$/,
  /^docs\/(.+\.(md|png)|model\/(check|session\.pml))$/,
  /^examples\/(?!.*\bdist\/).+$/,
  /^dist\/cjs\/package\.json$/,
  /^dist\/(?!standalone\/|main\.)(?!.*\.spec\.).+\.(js|d\.ts|js\.map)$/,
];
const NEEDED = [
  'sbom.cdx.json',
  'package.json',
  'README.md',
  'LICENSE',
  'dist/index.js',
  'dist/index.d.ts',
];

const temporary = mkdtempSync(join(tmpdir(), 'baton-package-'));

/** @returns the path of the tarball, whose files are the ones that were meant */
async function packChecked() {
  const { path, files, unpackedSize } = await pack(temporary);
  const unwanted = files.filter((file) => !WANTED.some((wanted) => wanted.test(file)));
  if (unwanted.length > 0) fail('the package holds what it should not:', unwanted.join('\n'));
  const missing = NEEDED.filter((file) => !files.includes(file));
  if (missing.length > 0) fail('the package lacks:', missing.join('\n'));
  checkSourceMaps(files);
  checkSupply();
  await checkDependencyPage();
  checkLinks(files);
  say(`packed ${basename(path)}: ${files.length} files, ${unpackedSize} bytes unpacked`);
  return path;
}

/** Whoever reads the README where the package is shown, or installed, finds what it links to. */
function checkLinks(paths) {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) => path);
  const isPacked = (link) => paths.some((path) => path === link || path.startsWith(`${link}/`));
  const dead = links.filter((link) => !isPacked(link));
  if (dead.length > 0) fail('the README links to what the package lacks:', dead.join('\n'));
}

/** What a map holds of sources is ours: nothing of a dependency, and no path of this machine. */
function checkSourceMaps(paths) {
  const maps = paths.filter((path) => path.endsWith('.map'));
  const foreign = maps.flatMap((path) =>
    readJson(join(ROOT, path)).sources.filter((source) => !/^(\.\.\/)+src\//.test(source)),
  );
  if (foreign.length > 0) fail('source maps hold sources of others:', foreign.join('\n'));
}

/** What is exported has to be used once, so that its types are seen in use. */
function checkConsumer() {
  const consumer = readFileSync(join(ROOT, 'test/package/consumer.ts'), 'utf8');
  const index = readFileSync(join(ROOT, 'src/index.ts'), 'utf8');
  const lists = index.match(/(?<=\{)[^}]*(?=\} from)/g) ?? [];
  const names = lists
    .join()
    .replaceAll('type ', '')
    .split(',')
    .map((name) => name.trim());
  const unused = names.filter((name) => !new RegExp(`\\b${name}\\b`).test(consumer));
  if (unused.length > 0) fail('test/package/consumer.ts does not use:', unused.join('\n'));
  say(`an application is written with all of the ${names.filter(Boolean).length} names exported`);
}

async function lint(tarball) {
  await run(ROOT, 'node', 'node_modules/publint/src/cli.js', tarball, '--strict');
  say('publint --strict has nothing to say');
}

/** An application that has nothing but what its author installed: `ranges` and the tarball. */
async function makeApplication(name, tarball, ranges) {
  const folder = join(temporary, name);
  mkdirSync(folder);
  const parts = ['common', 'core', 'platform-express', 'typeorm', 'jwt', 'passport'];
  const nest = parts.map((part) => `@nestjs/${part}`);
  const installed = [...nest, 'passport', 'passport-jwt', 'typeorm', 'reflect-metadata', 'rxjs'];
  const dependencies = {
    ...Object.fromEntries(installed.map((dependency) => [dependency, ranges[dependency]])),
    'nestjs-baton': `file:${tarball}`,
    // Compiled once is enough: a link to the one that is there.
    'better-sqlite3': `file:${join(ROOT, 'node_modules/better-sqlite3')}`,
  };
  const { typescript, '@types/node': types } = readJson(join(ROOT, 'package.json')).devDependencies;
  const devDependencies = { typescript, '@types/node': types };
  const manifest = { name, private: true, type: 'module', dependencies, devDependencies };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
  writeSources(folder);
  await run(
    folder,
    'npm',
    'install',
    '--ignore-scripts',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
  );
  return folder;
}

/** The example's sources, one that uses everything public, and a configuration as strict as they come. */
function writeSources(folder) {
  const sources = readdirSync(EXAMPLE).filter((file) => file.endsWith('.ts'));
  for (const file of sources) cpSync(join(EXAMPLE, file), join(folder, 'src', file));
  cpSync(join(ROOT, 'test/package/consumer.ts'), join(folder, 'src/consumer.ts'));
  const compilerOptions = {
    target: 'ES2023',
    module: 'NodeNext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noPropertyAccessFromIndexSignature: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    skipLibCheck: false,
    types: ['node'],
    rootDir: 'src',
    outDir: 'dist',
  };
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, include: ['src'] }),
  );
}

function versionIn(folder, name) {
  return readJson(join(folder, 'node_modules', name, 'package.json')).version;
}

/** What keeps strategies and verifies tokens has to be the application's own copy. */
async function checkOneCopy(folder) {
  for (const name of ['@nestjs/jwt', '@nestjs/passport', 'passport', 'jsonwebtoken']) {
    const listed = await run(folder, 'npm', 'ls', name, '--all', '--parseable');
    const copies = listed.split('\n').filter((path) => path.endsWith(`node_modules/${name}`));
    if (copies.length !== 1) fail(`there are ${copies.length} copies of ${name}:`, listed);
  }
}

/** Starts the application, waits until it says where it listens, and stops it when `use` is through. */
async function withServer(folder, use) {
  const server = spawn('node', ['dist/main.js'], {
    cwd: folder,
    env: { ...process.env, PORT: '0' },
  });
  let output = '';
  try {
    const url = await new Promise((resolve, reject) => {
      const listen = (chunk) => {
        output += chunk;
        const [, address] = /log in at (http:\S+)\/auth\/login/.exec(output) ?? [];
        if (address !== undefined) resolve(address);
      };
      server.stdout.on('data', listen);
      server.stderr.on('data', listen);
      server.once('exit', (code) => reject(new Error(`it ended with ${code}:\n${output}`)));
    });
    await use(url);
  } finally {
    server.kill();
  }
}

async function exchange(url, init, expectedStatus) {
  const answer = await fetch(url, init);
  const body = await answer.text();
  if (answer.status !== expectedStatus) fail(`${url} answered ${answer.status}`, body);
  return JSON.parse(body);
}

const post = (url, body, expectedStatus) =>
  exchange(
    url,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    },
    expectedStatus,
  );

async function logInAndRefresh(url) {
  const { refresh_token } = await post(`${url}/auth/login`, USER, 200);
  const refreshed = await post(`${url}/auth/token/refresh`, { refresh_token }, 200);
  const headers = { authorization: `Bearer ${refreshed.access_token}` };
  const { session } = await exchange(`${url}/profile`, { headers }, 200);
  if (session !== refreshed.session_id) fail('the profile is of another session');
  await post(`${url}/auth/token/refresh`, { refresh_token: 'x.y.z' }, 401);
}

async function checkApplication(name, tarball, ranges) {
  const folder = await makeApplication(name, tarball, ranges);
  const pair = `Nest ${versionIn(folder, '@nestjs/core')}, TypeORM ${versionIn(folder, 'typeorm')}`;
  say(`${pair}: installed into a fresh application`);
  await checkOneCopy(folder);
  say(`${pair}: has one copy of each package that the module shares with it`);
  await run(folder, 'node', 'node_modules/typescript/bin/tsc');
  say(`${pair}: type-checks, the types of every library included`);
  await run(folder, 'node', '--eval', "require('nestjs-baton').AuthModule.forRoot.call");
  say(`${pair}: can be required by CommonJS`);
  await withServer(folder, logInAndRefresh);
  say(`${pair}: starts, logs in and refreshes`);
}

try {
  const tarball = await packChecked();
  checkConsumer();
  await lint(tarball);
  const main = readJson(join(ROOT, 'package.json')).devDependencies;
  const compat = readJson(join(ROOT, 'test/compat/package.json')).devDependencies;
  await Promise.all([
    checkApplication('nest-12', tarball, main),
    checkApplication('nest-11', tarball, compat),
  ]);
  say('the package is good');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
