/**
 * Checks the deployment as far as one can without an engine: `Dockerfile` and its steps in a clean folder,
 * `compose.yaml` with docker-compose, what it composes with real PostgreSQL, Redis and nginx of this machine, and
 * `kubernetes.yaml` against the schemas and types of Kubernetes and the server that runs.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { load, loadAll } from 'js-yaml';
import { Client } from 'pg';
import { ROOT } from '../package/pack.js';
import { run, say } from '../package/steps.js';
import { buildImage, startImage } from './image.js';
import { assertKnownFields } from './kubernetes.js';

const secret = () => randomBytes(32).toString('hex');
/** As the first lines of `compose.yaml` make them. */
const SECRETS = {
  AUTH_ACCESS_SECRET: secret(),
  AUTH_REFRESH_SECRET: secret(),
  POSTGRES_PASSWORD: secret(),
};
const PORTS = [33_001, 33_002];
const ENTRANCE = 33_080;
const DATABASE = `baton_deployment_${process.pid}`;

const temporary = mkdtempSync(join(tmpdir(), 'baton-deployment-'));
const tool = (path) => import(pathToFileURL(join(temporary, 'tools/node_modules', path)).href);
const running = [];

async function installTools() {
  const tools = join(temporary, 'tools');
  mkdirSync(tools);
  writeFileSync(join(tools, 'package.json'), '{}');
  const pinned = ['dockerfile-utils@0.16.3', 'dockerfile-ast@0.7.1', 'kubernetes-models@5.1.0'];
  await run(tools, 'npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', ...pinned);
}

/** What has landed, as far as `.dockerignore` lets it through. */
function contextOf(folder) {
  mkdirSync(folder);
  const lines = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
  const wanted = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  const files = execFileSync('git', ['ls-files', '--', ...wanted], { cwd: ROOT, encoding: 'utf8' });
  for (const file of files.split('\n')) {
    if (file === '' || file.endsWith('.spec.ts')) continue;
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(ROOT, file), join(folder, file));
  }
  return folder;
}

async function checkImage() {
  const dockerfile = join(ROOT, 'Dockerfile');
  await run(ROOT, join(temporary, 'tools/node_modules/.bin/dockerfile-utils'), 'lint', dockerfile);
  const { DockerfileParser } = await tool('dockerfile-ast/lib/main.js');
  const parse = (text) => DockerfileParser.parse(text);
  const context = contextOf(join(temporary, 'context'));
  const image = await buildImage(parse, dockerfile, context, join(temporary, 'stages'));
  const size = await run(image.path('.'), 'du', '-sm', '.');
  say(`Dockerfile: its steps make a server of ${parseInt(size, 10)} MB`);
  return image;
}

/** `compose.yaml` as docker-compose understands it with these secrets. */
function composed(secrets) {
  return execFileSync('docker-compose', ['-f', 'compose.yaml', 'config'], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, ...secrets },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** The variables of the service that is ours. */
function composedVariables() {
  const { services } = load(composed(SECRETS));
  assert.equal(services.baton.deploy.replicas, PORTS.length);
  for (const name of Object.keys(SECRETS)) {
    const without = () => composed({ ...SECRETS, [name]: '' });
    assert.throws(without, `compose.yaml does without ${name}`);
  }
  say('compose.yaml: valid, and not without its secrets');
  return services.baton.environment;
}

/** The composed variables, with the services of this machine. */
function onThisMachine(variables, port) {
  const { DATABASE_URL, REDIS_URL } = variables;
  return {
    ...variables,
    PORT: String(port),
    DATABASE_URL: DATABASE_URL.replace(/\/\/.*$/, `//postgres@127.0.0.1:5432/${DATABASE}`),
    REDIS_URL: REDIS_URL.replace('//redis:', '//127.0.0.1:'),
    AUTH_ISSUER: DATABASE,
  };
}

async function startNginx() {
  const servers = PORTS.map((port) => `server 127.0.0.1:${port};`).join(' ');
  const site = readFileSync(join(ROOT, 'deploy/nginx.conf'), 'utf8')
    .replace('server baton:3000;', servers)
    .replace('listen 8080;', `listen 127.0.0.1:${ENTRANCE};`);
  const folder = join(temporary, 'nginx');
  mkdirSync(folder);
  writeFileSync(join(folder, 'site.conf'), site);
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const writable = paths.map((path) => `${path}_temp_path ${folder}/${path};`).join(' ');
  writeFileSync(
    join(folder, 'nginx.conf'),
    `pid ${folder}/pid; error_log stderr warn; daemon off; master_process off; events {}
     http { access_log off; ${writable} include ${folder}/site.conf; }`,
  );
  const options = ['-c', join(folder, 'nginx.conf'), '-p', folder];
  await run(ROOT, '/usr/sbin/nginx', '-t', ...options);
  running.push(spawn('/usr/sbin/nginx', options, { stdio: 'inherit' }));
  say('deploy/nginx.conf: nginx takes it');
}

/** Through the entrance: as a client of it would. */
async function call(method, path, { body, token } = {}) {
  const headers = {
    'X-Forwarded-For': '203.0.113.9',
    ...(body && { 'Content-Type': 'application/json' }),
    ...(token && { Authorization: `Bearer ${token}` }),
  };
  const request = { method, headers, ...(body && { body: JSON.stringify(body) }) };
  const response = await fetch(`http://127.0.0.1:${ENTRANCE}${path}`, request);
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
}

/** Every request may meet the other instance. */
async function useIt() {
  const ann = { username: 'ann', password: 'correct horse battery staple' };
  await eventually(async () => (await call('GET', '/health')).status === 200);
  assert.equal((await call('POST', '/users', { body: ann })).status, 201);
  let pair = (await call('POST', '/auth/login', { body: ann })).body;
  for (let round = 0; round < 20; round += 1) {
    const body = { refresh_token: pair.refresh_token };
    const refreshed = await call('POST', '/auth/token/refresh', { body });
    assert.equal(refreshed.status, 200);
    pair = refreshed.body;
    assert.equal((await call('GET', '/auth/me', { token: pair.access_token })).status, 200);
  }
  const { sessions } = (await call('GET', '/auth/sessions', { token: pair.access_token })).body;
  assert.equal(sessions[0].ip, '127.0.0.1', 'whatever a client writes into X-Forwarded-For');
  assert.equal((await call('POST', '/auth/logout', { token: pair.access_token })).status, 204);
  await eventually(async () => {
    const answers = [1, 2, 3, 4].map(() => call('GET', '/auth/me', { token: pair.access_token }));
    return (await Promise.all(answers)).every(({ status }) => status === 401);
  });
  say('two instances behind nginx: registered, logged in, refreshed 20 times, logged out on both');
}

async function eventually(holds) {
  const latest = Date.now() + 5_000;
  while (!(await holds().catch(() => false)))
    assert.ok(Date.now() < latest, 'it did not come true');
}

const containerOf = ([deployment]) => deployment.spec.template.spec.containers[0];

async function checkKubernetes() {
  const documents = loadAll(readFileSync(join(ROOT, 'deploy/kubernetes.yaml'), 'utf8'));
  for (const one of documents) {
    const { [one.kind]: Kind } = await tool(`kubernetes-models/${one.apiVersion}/index.js`);
    new Kind(one).validate();
  }
  const tools = join(temporary, 'tools');
  assertKnownFields(tools, documents);
  const misspelt = structuredClone(documents);
  Object.assign(containerOf(misspelt).readinessProbe, { periodSecond: 5 });
  assert.throws(() => assertKnownFields(tools, misspelt), /periodSecond/);
  const container = containerOf(documents);
  for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
    const { status } = await call('GET', container[probe].httpGet.path);
    assert.equal(status, 200, probe);
  }
  say(`deploy/kubernetes.yaml: ${documents.length} valid objects, whose probes are answered`);
}

/** @returns the exit codes of the servers that are told to stop */
async function stopServers(servers) {
  return Promise.all(
    servers.map(async (server) => {
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      return (await ended)[0];
    }),
  );
}

const admin = new Client('postgres://postgres@127.0.0.1:5432/postgres');
try {
  await run(ROOT, join(ROOT, 'test/deployment/install'));
  await installTools();
  const image = await checkImage();
  const variables = composedVariables();
  await admin.connect();
  await admin.query(`CREATE DATABASE ${DATABASE}`);
  // At once, on an empty database.
  const servers = await Promise.all(
    PORTS.map((port) => startImage(image, onThisMachine(variables, port))),
  );
  running.push(...servers);
  await startNginx();
  await useIt();
  await checkKubernetes();
  assert.deepEqual(await stopServers(servers), [0, 0]);
  say('SIGTERM: both end with 0; the deployment is good');
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  for (const child of running) child.kill('SIGKILL');
  await admin.query(`DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`).catch(() => {});
  await admin.end().catch(() => {});
  rmSync(temporary, { recursive: true, force: true });
}
