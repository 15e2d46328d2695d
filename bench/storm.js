import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { kindNamed } from './sql-kinds.js';

/**
 * `npm run measure:storm -- [--database postgres|mariadb] [--sessions 100000]`: two servers on one database, and
 * guarded requests to both at a steady rate; then somebody with so many sessions leaves them all, by
 * `logout/all` or by one statement of an administrator's. What that does to the requests while it lasts, and in the
 * minute for which the polls look back. Exits with 1 where the 99th percentile of the guard grows to more than
 * {@link MOST_GROWTH} times. Its database is dropped at the end.
 */
const { values: given } = parseArgs({
  options: {
    database: { type: 'string', default: 'postgres' },
    sessions: { type: 'string', default: '100000' },
  },
});
const SESSIONS = Number(given.sessions);

/** How many times as long the 99th percentile may take. */
const MOST_GROWTH = 3;

const INSTANCES = 2;
/** Of each kind of request, a second and instance. */
const RATE = 50;
const CALM_MS = 20_000;
const AFTERMATH_MS = 60_000;
/** How many rows one statement makes. */
const AT_ONCE = 20_000;

const MAIN = join(import.meta.dirname, '../dist/main.js');
const secret = () => randomBytes(32).toString('hex');
const NAME = `baton_storm_${randomBytes(4).toString('hex')}`;
const DAY_MS = 86_400_000;

const kind = kindNamed(given.database);

const agent = new Agent({ keepAlive: true, maxSockets: 512 });

async function call(method, url, { token, body } = {}) {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    ...(payload && { 'Content-Type': 'application/json', 'Content-Length': payload.length }),
    ...(token && { Authorization: `Bearer ${token}` }),
  };
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    asked.on('error', reject).end(payload);
  });
}

async function startServer(secrets) {
  const env = { PATH: process.env.PATH, PORT: '0', DATABASE_URL: kind.url(NAME), ...secrets };
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const url = await new Promise((resolve, reject) => {
    let said = '';
    child.once('exit', () => reject(new Error(said)));
    child.stdout.on('data', (chunk) => {
      if (said.length < 10_000) said += chunk;
      const listening = /Listening on (http:\/\/[\d.:]+)/.exec(said)?.[1];
      if (listening !== undefined) resolve(listening);
    });
  });
  return { url, child };
}

async function signUp(url, username) {
  const credentials = { username, password: 'correct horse battery staple' };
  const { text } = await call('POST', `${url}/users`, { body: credentials });
  const login = await call('POST', `${url}/auth/login`, { body: credentials });
  return { id: JSON.parse(text).id, token: JSON.parse(login.text).access_token };
}

/** The guard alone, which asks no database; and the guard before a route that does. */
const ASKED = {
  guard: { method: 'DELETE', path: '/auth/sessions/none', status: 404 },
  me: { method: 'GET', path: '/auth/me', status: 200 },
};

/** Asks each server, at a steady rate, however long the answers take. */
class Load {
  times = [];
  failed = 0;
  running = true;

  constructor(targets, asked) {
    this.asked = asked;
    this.ended = Promise.all(targets.map((target) => this.ask(target)));
  }

  /** What was measured since the last time. */
  take() {
    const times = this.times.sort((one, other) => one - other);
    this.times = [];
    const at = (share) => times[Math.floor(times.length * share)];
    return { count: times.length, median: at(0.5), p99: at(0.99), longest: times.at(-1) };
  }

  async ask(target) {
    const between = 1000 / RATE;
    for (let dueMs = performance.now(); this.running; dueMs += between) {
      await sleep(Math.max(0, dueMs - performance.now()));
      void this.askOnce(target, dueMs);
    }
  }

  async askOnce({ url, token }, dueMs) {
    const { method, path, status } = this.asked;
    const answer = await call(method, `${url}${path}`, { token }).catch(() => null);
    this.times.push(performance.now() - dueMs);
    if (answer?.status !== status) this.failed += 1;
  }
}

async function addSessions(userId) {
  const now = Date.now();
  for (let from = 1; from <= SESSIONS; from += AT_ONCE) {
    const to = Math.min(from + AT_ONCE - 1, SESSIONS);
    await kind.tell(
      `INSERT INTO refresh_tokens (id, user_id, token_hash, generation, created_at, rotated_at, expires_at,
         absolute_expires_at, ip, user_agent)
       SELECT ${kind.id}, '${userId}', 'hash', 0, ${now}, ${now}, ${now + 7 * DAY_MS}, ${now + 30 * DAY_MS},
         '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0'
       FROM ${kind.series(from, to)}`,
      NAME,
    );
  }
}

const STORMS = {
  'logout/all': async ([{ url }], { token }) => {
    const { status, text } = await call('POST', `${url}/auth/logout/all`, { token });
    if (status !== 204) throw new Error(`logout/all: ${status} ${text}`);
  },
  'one statement': async (_servers, { id }) => {
    const set = `revoked_at = ${Date.now()}, revoked_reason = 'logout'`;
    await kind.tell(`UPDATE refresh_tokens SET ${set} WHERE user_id = '${id}'`, NAME);
  },
};

const inWords = ({ count, median, p99, longest }) =>
  `p50 ${median.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, longest ${longest.toFixed(0)} ms of ${count}`;

/** @returns how many times as long the guard's p99 was */
async function measure(name, servers, guests) {
  const [{ url }] = servers;
  const victim = await signUp(url, `victim-${name.replace(/\W/g, '-')}`);
  await addSessions(victim.id);
  await sleep(5_000);
  const loads = { guard: new Load(guests, ASKED.guard), me: new Load(guests, ASKED.me) };
  const take = () => ({ guard: loads.guard.take(), me: loads.me.take() });
  await sleep(5_000);
  take();
  await sleep(CALM_MS);
  const before = take();
  const startMs = performance.now();
  await STORMS[name](servers, victim);
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  // What other instances hear of a moment later belongs to it.
  await sleep(2_000);
  const during = take();
  await sleep(AFTERMATH_MS);
  const after = take();
  console.log(`${given.database}, ${name} of ${SESSIONS} sessions: ${seconds} s`);
  for (const [what, load] of Object.entries(loads)) {
    load.running = false;
    await load.ended;
    console.log(`  ${what} before: ${inWords(before[what])}`);
    for (const [when, then] of Object.entries({ during, after })) {
      const growth = (then[what].p99 / before[what].p99).toFixed(1);
      console.log(`  ${what} ${when}: ${inWords(then[what])}: ${growth} times`);
    }
    if (load.failed > 0) console.log(`  ${what}: ${load.failed} were refused`);
  }
  for (const server of servers) {
    const { status } = await call('GET', `${server.url}/auth/me`, { token: victim.token });
    if (status !== 401) throw new Error(`A session that has ended is let in: ${status}`);
  }
  await kind.tell(`DELETE FROM refresh_tokens WHERE user_id = '${victim.id}'`, NAME);
  return Math.max(during.guard.p99, after.guard.p99) / before.guard.p99;
}

const servers = [];
let growth = 0;
await kind.tell(`CREATE DATABASE ${NAME}`);
try {
  const secrets = { AUTH_ACCESS_SECRET: secret(), AUTH_REFRESH_SECRET: secret() };
  while (servers.length < INSTANCES) servers.push(await startServer(secrets));
  const guests = [];
  for (const { url } of servers) {
    guests.push({ url, token: (await signUp(url, `guest-${guests.length}`)).token });
  }
  for (const name of Object.keys(STORMS)) {
    growth = Math.max(growth, await measure(name, servers, guests));
  }
} finally {
  agent.destroy();
  for (const { child } of servers) child.kill('SIGTERM');
  await Promise.all(
    servers.map(({ child }) => new Promise((resolve) => child.once('exit', resolve))),
  );
  await kind.tell(`DROP DATABASE ${NAME}`);
}
if (growth > MOST_GROWTH) console.error(`Does not hold: ${growth.toFixed(1)} times the p99`);
process.exitCode = growth > MOST_GROWTH ? 1 : 0;
