import { randomBytes, randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { settingsSchema } from '../dist/options.js';
import { LateNumber } from '../dist/sessions/late-number.js';
import { RefreshToken } from '../dist/sessions/refresh-token.entity.js';
import { RefreshTokenStore } from '../dist/sessions/refresh-token.store.js';
import { SessionLists } from '../dist/sessions/session-lists.js';
import { SessionTable } from '../dist/sessions/session-table.js';
import { openDatabase } from '../dist/standalone/database/database.js';
import { databaseAddress } from '../dist/standalone/environment/database-url.js';
import { kindNamed } from './sql-kinds.js';

/**
 * `npm run measure:scale -- [--database postgres|mariadb] [--sessions 10000,10000000]`: makes tables of so many
 * sessions by SQL, and measures the module's own statements on rows at random: what a refresh, a list, a poll and a
 * batch of the purge take. Exits with 1 where one takes more than {@link MOST_GROWTH} times what it takes in the
 * first table. Its databases are dropped at the end.
 */
const { values: given } = parseArgs({
  options: {
    database: { type: 'string', default: 'postgres' },
    sessions: { type: 'string', default: '10000,10000000' },
  },
});
const SIZES = given.sessions.split(',').map(Number);

/** How many times as long the median may take in a larger table. */
const MOST_GROWTH = 3;

const TIMES = 2_000;
const SESSIONS_OF_USER = 5;
/** The same in every table: what was revoked in the last minute, and what is due. */
const REVOKED_LATELY = 1_000;
const DUE = 2_000;
/** How many rows one statement makes. */
const AT_ONCE = 500_000;

const SECOND_MS = 1000;
const DAY_MS = 86_400_000;
const NOW = Math.floor(Date.now() / SECOND_MS) * SECOND_MS;
const SETTINGS = v.parse(settingsSchema, {});

const idOf = (number) => `0192f0c1-0000-7000-8000-${String(number).padStart(12, '0')}`;

const kind = kindNamed(given.database);

/**
 * Sessions opened one after the other over a week, of users at random; every tenth was revoked in its course.
 * The last ones were revoked just now, and those before them are due by their end or their revocation.
 */
function insert(from, to, count) {
  const users = Math.ceil(count / SESSIONS_OF_USER);
  const due = count - REVOKED_LATELY - DUE;
  const openedAt = `${NOW - 7 * DAY_MS} + FLOOR(${7 * DAY_MS - 2 * SECOND_MS} * (i / ${count}.0))`;
  const revokedAt = `CASE WHEN i > ${count - REVOKED_LATELY} THEN ${NOW} - 1 - MOD(i, 60000)
    WHEN i > ${due + DUE / 2} THEN ${NOW - 8 * DAY_MS}
    WHEN MOD(i, 10) = 0 THEN ${openedAt} + 1 END`;
  const endsAt = `CASE WHEN i > ${due} AND i <= ${due + DUE / 2} THEN ${NOW - 1}
    ELSE ${NOW + 23 * DAY_MS} + MOD(i, ${DAY_MS}) END`;
  return `INSERT INTO refresh_tokens (id, user_id, token_hash, generation, created_at, rotated_at, confirmed_at,
      expires_at, absolute_expires_at, revoked_at, revoked_reason, ip, user_agent)
    SELECT ${kind.id}, ${kind.text('user-', `MOD(i * 211, ${users})`)}, ${kind.text('hash-', 'i')}, 0,
      ${openedAt}, ${openedAt}, ${openedAt}, ${NOW + 7 * DAY_MS}, ${endsAt}, ${revokedAt},
      CASE WHEN MOD(i, 10) = 0 THEN 'logout' END, '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0'
    FROM ${kind.series(from, to)}`;
}

async function timesOf(count, task) {
  const times = [];
  for (let time = 0; time < count; time += 1) {
    const before = performance.now();
    await task(time);
    times.push(performance.now() - before);
  }
  times.sort((one, other) => one - other);
  return { median: times[Math.floor(count / 2)], p99: times[Math.floor(count * 0.99)] };
}

/** Every one at most once, far from each other. None that was revoked. */
function someLive(count) {
  const open = count - REVOKED_LATELY - DUE;
  const chosen = new Set();
  while (chosen.size < TIMES) {
    const number = 1 + randomInt(open);
    if (number % 10 !== 0) chosen.add(number);
  }
  return [...chosen];
}

async function measure(dataSource, count) {
  const store = new RefreshTokenStore(new SessionTable(dataSource, RefreshToken));
  const lists = new SessionLists(SETTINGS, { nowMs: () => NOW }, store);
  const numbers = someLive(count);
  const users = Math.ceil(count / SESSIONS_OF_USER);
  const refresh = await timesOf(TIMES, async (time) => {
    const swapped = await store.rotate({
      id: idOf(numbers[time]),
      liveHash: `hash-${numbers[time]}`,
      tokenHash: randomBytes(32).toString('base64url'),
      generation: 1,
      parentGeneration: 0,
      sealedSuccessor: randomBytes(90).toString('base64url'),
      askedAtMs: NOW,
      sentAtMs: new LateNumber(() => NOW),
      expiresAtMs: NOW + 7 * DAY_MS,
      sessionEndsAtMs: NOW,
    });
    if (!swapped) throw new Error('A session at random was not there');
  });
  const list = await timesOf(TIMES, async (time) => {
    const onlooker = { sessionId: idOf(numbers[time]), issuedAtMs: NOW };
    const user = `user-${(numbers[time] * 211) % users}`;
    const { sessions } = await lists.page(user, onlooker, {});
    if (sessions.length === 0) throw new Error('A user at random has no session');
  });
  const poll = await timesOf(TIMES / 10, async (time) => {
    await store.poll.countRevoked(NOW - 60 * SECOND_MS);
    const fromMs = NOW - (1 + (time % 60)) * SECOND_MS;
    let found = 0;
    const pages = store.poll.findRevokedBetween(fromMs, fromMs + SECOND_MS);
    for await (const page of pages) found += page.length;
    if (found > REVOKED_LATELY) throw new Error(`The poll found ${found}`);
  });
  const purge = await timesOf(DUE / 200, async (time) => {
    const [column, untilMs] =
      time % 2 === 0 ? ['absoluteExpiresAtMs', NOW] : ['revokedAtMs', NOW - 7 * DAY_MS - 1];
    const { deleted } = await store.expired.purge(column, untilMs);
    if (deleted !== 200) throw new Error(`A batch of the purge deleted ${deleted}`);
  });
  return { refresh, list, poll, purge };
}

async function costsWith(count) {
  const name = `baton_scale_${randomBytes(4).toString('hex')}`;
  await kind.tell(`CREATE DATABASE ${name}`);
  try {
    const dataSource = await openDatabase(databaseAddress(kind.url(name)));
    try {
      const before = performance.now();
      for (let from = 1; from <= count; from += AT_ONCE) {
        await kind.tell(insert(from, Math.min(from + AT_ONCE - 1, count), count), name);
      }
      await kind.tell(kind.settle, name);
      const seconds = Math.round((performance.now() - before) / 1000);
      console.log(`${given.database}: ${count} sessions made in ${seconds} s`);
      return await measure(dataSource, count);
    } finally {
      await dataSource.destroy();
    }
  } finally {
    await kind.tell(`DROP DATABASE ${name}`);
  }
}

const inMs = ({ median, p99 }) => `${median.toFixed(2)} ms (p99 ${p99.toFixed(1)})`;

const [first, ...larger] = SIZES;
// Once beforehand: what a process does at its first statements is no cost of a table.
await costsWith(first);
const few = await costsWith(first);
const broken = [];
for (const count of larger) {
  const many = await costsWith(count);
  for (const [what, cost] of Object.entries(many)) {
    const growth = cost.median / few[what].median;
    const line = `${what}: ${first} sessions ${inMs(few[what])}, ${count} sessions ${inMs(cost)}: ${growth.toFixed(2)} times`;
    console.log(line);
    if (growth > MOST_GROWTH) broken.push(line);
  }
}
for (const line of broken) console.error(`Does not hold: ${line}`);
process.exit(broken.length > 0 ? 1 : 0);
