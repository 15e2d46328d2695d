import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { freshDatabase } from './harness/databases.js';
import { type Server, startServer } from './harness/server.js';
import { SOCKETS } from './table/subjects.js';

/**
 * `npm run measure:connections`: how fast a logout everywhere closes 1,000 sockets on two instances, what an open
 * socket costs, and what is kept of 100,000 that are gone. Exits with 1 where a promise of docs/transports.md
 * does not hold.
 */
const COUNT = 1_000;
const CLOSED_WITHIN_MS = 2_000;
const COSTLY = 5_000;
const GONE = Number(process.argv[2] ?? 100_000);
/** What may be kept of each that is gone, bytes. */
const KEPT_BYTES = 10;

const database = await freshDatabase('sqlite');
const place = { databaseUrl: database.url, isPinned: false, profile: null };
const [first, second] = [await startServer(SOCKETS, place), await startServer(SOCKETS, place)];

async function ask({ port }: Server, path: string, init: RequestInit = {}) {
  const response = await fetch(`http://127.0.0.1:${port}/${path}`, init);
  if (!response.ok) throw new Error(`${path} was answered with ${response.status}`);
  return response;
}

async function held(server: Server): Promise<{ heapUsed: number; held: number }> {
  return JSON.parse(await (await ask(server, 'held')).text());
}

async function accessToken(server: Server): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ username: 'ann', password: 'any' });
  const answer = await ask(server, 'auth/login', { method: 'POST', headers, body });
  const { access_token: token }: { access_token: string } = JSON.parse(await answer.text());
  return token;
}

/** Opens sockets. @param token none for such that the server does not keep */
const open = ({ port }: Server, count: number, token?: string): Promise<WebSocket[]> =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const options = { headers, perMessageDeflate: false };
      const socket = new WebSocket(`ws://127.0.0.1:${port}/sockets`, options);
      await once(socket, 'open');
      return socket;
    }),
  );

const closed = (sockets: readonly WebSocket[]) =>
  Promise.all(sockets.map((socket) => once(socket, 'close')));

async function closeAll(sockets: readonly WebSocket[]): Promise<void> {
  const all = closed(sockets);
  for (const socket of sockets) socket.close();
  await all;
}

function report(line: string, holds = true): void {
  console.log(line);
  if (holds) return;
  console.error(`Does not hold: ${line}`);
  process.exitCode = 1;
}

async function logoutEverywhere(): Promise<void> {
  const token = await accessToken(first);
  const half = COUNT / 2;
  const sockets = [...(await open(first, half, token)), ...(await open(second, half, token))];
  while ((await held(first)).held + (await held(second)).held < COUNT) await sleep(20);
  const all = closed(sockets);
  const askedAt = performance.now();
  const headers = { authorization: `Bearer ${token}` };
  await ask(first, 'auth/logout/all', { method: 'POST', headers });
  const codes = new Set((await all).map(([code, reason]) => `${code} ${reason}`));
  const tookMs = performance.now() - askedAt;
  const told = [...codes].join(', ');
  const holds = tookMs < CLOSED_WITHIN_MS && told === '4401 session_revoked';
  report(
    `${COUNT} sockets on two instances closed within ${tookMs.toFixed(0)} ms (${told})`,
    holds,
  );
}

async function heapPer(token?: string): Promise<number> {
  const before = await held(second);
  const sockets = await open(second, COSTLY, token);
  await sleep(500);
  const { heapUsed } = await held(second);
  await closeAll(sockets);
  return (heapUsed - before.heapUsed) / COSTLY;
}

async function costOfOpen(): Promise<void> {
  const token = await accessToken(second);
  // What the first sockets of a process cost once is no cost of each.
  await heapPer(token);
  const [bare, kept] = [await heapPer(), await heapPer(token)];
  const [of, its, more] = [bare, kept, kept - bare].map((bytes) => bytes.toFixed(0));
  report(`an open socket takes ${of} bytes of heap, one that is kept ${its}: ${more} more`);
}

async function keptOfGone(): Promise<void> {
  let atFirst = 0;
  for (let gone = 0; gone < GONE; gone += COUNT) {
    await closeAll(await open(second, COUNT, await accessToken(second)));
    if (gone + COUNT === GONE / 10) atFirst = (await held(second)).heapUsed;
  }
  while ((await held(second)).held > 0) await sleep(50);
  const { heapUsed } = await held(second);
  const each = (heapUsed - atFirst) / (GONE * 0.9);
  const [from, to] = [atFirst, heapUsed].map((bytes) => (bytes / 1e6).toFixed(1));
  const line = `heap after ${GONE / 10} sockets that are gone ${from} MB, after ${GONE} ${to} MB: `;
  report(`${line}${each.toFixed(1)} bytes each`, each < KEPT_BYTES);
}

await logoutEverywhere();
await costOfOpen();
await keptOfGone();
await Promise.all([first.stop(), second.stop()]);
await database.drop();
