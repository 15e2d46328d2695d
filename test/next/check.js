/** Visits examples/next, as it was built, as a browser does. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const CREDENTIALS = { username: 'ann', password: 'correct horse battery staple' };
/** A little more than the lifetime of an access token. */
const EXPIRY_MS = 2_200;
const API = 'http://127.0.0.1:3921';
const SITE = 'http://127.0.0.1:3922';

const processes = [];
function start(args, env) {
  const options = { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit'] };
  processes.push(spawn(process.execPath, args, options));
}

async function until(url) {
  for (let tries = 0; tries < 150; tries += 1) {
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return;
    await sleep(200);
  }
  throw new Error(`${url} does not answer`);
}

let cookie = '';
async function visit(path, init = {}) {
  const response = await fetch(`${SITE}${path}`, {
    redirect: 'manual',
    ...init,
    headers: { cookie, ...init.headers },
  });
  const [attributes = ''] = response.headers.getSetCookie();
  return { status: response.status, page: await response.text(), attributes };
}
const keep = ({ attributes }) => (cookie = attributes.split(';')[0]);

async function check() {
  const body = JSON.stringify(CREDENTIALS);
  const headers = { 'content-type': 'application/json' };
  await fetch(`${API}/users`, { method: 'POST', headers, body });
  const pair = await (await fetch(`${API}/auth/login`, { method: 'POST', headers, body })).json();

  assert.match((await visit('/')).page, /Nobody is signed in/);
  const forged = { headers: { authorization: `Bearer ${pair.access_token}` } };
  assert.match((await visit('/', forged)).page, /Nobody is signed in/);

  const form = { method: 'POST', body: new URLSearchParams(CREDENTIALS) };
  const signedIn = await visit('/sign-in', form);
  assert.equal(signedIn.status, 303);
  assert.match(signedIn.attributes, /HttpOnly; SameSite=lax$/i);
  keep(signedIn);
  assert.doesNotMatch(Buffer.from(cookie.slice(8), 'base64url').toString(), /eyJ/);
  const first = await visit('/');
  assert.match(first.page, /Hello, ann/);
  assert.equal(first.attributes, '');

  await sleep(EXPIRY_MS);
  const [one, two] = await Promise.all([visit('/'), visit('/')]);
  assert.deepEqual([one.status, two.status], [307, 307]);
  for (const answer of [one, two]) {
    keep(answer);
    assert.match((await visit('/')).page, /Hello, ann/);
  }

  const signedOut = await visit('/sign-out', { method: 'POST' });
  assert.match(signedOut.attributes, /^session=;/);
  assert.match((await visit('/')).page, /Nobody is signed in/);
}

try {
  const variables = { DATABASE_URL: 'sqlite::memory:', AUTH_ACCESS_TTL: '2s' };
  start([here('../../dist/main.js')], { ...variables, PORT: '3921' });
  const next = [
    here('node_modules/next/dist/bin/next'),
    'start',
    '-p',
    '3922',
    here('project/next'),
  ];
  start(next, { API_URL: API, SESSION_KEY: '07'.repeat(32), SESSION_SECURE: 'off' });
  await Promise.all([until(`${API}/health`), until(SITE)]);
  await check();
  console.log('examples/next renders for whoever is signed in, renews and signs out');
} finally {
  for (const child of processes) child.kill();
  await Promise.all(processes.map((child) => child.exitCode ?? once(child, 'exit')));
}
