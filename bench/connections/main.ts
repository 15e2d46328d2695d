import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { Instance } from './instance.js';

/**
 * `npm run measure:connections`: how fast a logout everywhere closes 1,000 sockets on two instances, what an open
 * socket costs, and what is kept of 100,000 that are gone. Exits with 1 where a promise of docs/transports.md
 * does not hold.
 */
const SOCKETS = 1_000;
const CLOSED_WITHIN_MS = 2_000;
const COSTLY_SOCKETS = 5_000;
const GONE = Number(process.argv[2] ?? 100_000);
/** What may be kept of each that is gone, bytes. */
const KEPT_BYTES = 10;

const folder = await mkdtemp(join(tmpdir(), 'baton-connections-'));
const variables = {
  DATABASE_URL: `sqlite:${join(folder, 'sessions.sqlite')}`,
  AUTH_ACCESS_SECRET: 'access secret of the measurement, 32+',
  AUTH_REFRESH_SECRET: 'refresh secret of the measurement, 32',
};
const broken: string[] = [];

function report(line: string, holds = true): void {
  console.log(line);
  if (!holds) broken.push(line);
}

const openMany = (instance: Instance, count: number, token?: string): Promise<WebSocket[]> =>
  Promise.all(Array.from({ length: count }, () => instance.open(token)));

async function closeAll(sockets: readonly WebSocket[]): Promise<void> {
  const closed = sockets.map((socket) => once(socket, 'close'));
  for (const socket of sockets) socket.close();
  await Promise.all(closed);
}

const first = await Instance.start(variables);
const second = await Instance.start(variables);

async function logoutEverywhere(): Promise<void> {
  const token = await first.accessToken();
  const sockets = [
    ...(await openMany(first, SOCKETS / 2, token)),
    ...(await openMany(second, SOCKETS / 2, token)),
  ];
  while ((await first.held()).held + (await second.held()).held < SOCKETS) await sleep(20);
  const closed = sockets.map((socket) => once(socket, 'close'));
  const askedAt = performance.now();
  const { status } = await first.post('logout/all', token);
  const codes = new Set((await Promise.all(closed)).map(([code, reason]) => `${code} ${reason}`));
  const tookMs = performance.now() - askedAt;
  const told = [...codes].join(', ');
  report(
    `logout/all ${status}: ${SOCKETS} sockets on two instances closed within ${tookMs.toFixed(0)} ms (${told})`,
    tookMs < CLOSED_WITHIN_MS && told === '4401 session_revoked',
  );
}

async function heapPer(token: string | undefined): Promise<number> {
  const before = await second.held();
  const sockets = await openMany(second, COSTLY_SOCKETS, token);
  await sleep(500);
  const { heapUsed } = await second.held();
  await closeAll(sockets);
  return (heapUsed - before.heapUsed) / COSTLY_SOCKETS;
}

async function costOfOpen(): Promise<void> {
  const token = await second.accessToken();
  // What the first sockets of a process cost once is no cost of each.
  await heapPer(token);
  const [bare, kept] = [await heapPer(undefined), await heapPer(token)];
  report(
    `an open socket takes ${bare.toFixed(0)} bytes of heap, one that is kept ${kept.toFixed(0)}: ${(kept - bare).toFixed(0)} more`,
  );
}

async function keptOfGone(): Promise<void> {
  let atFirst = 0;
  for (let gone = 0; gone < GONE; gone += SOCKETS) {
    await closeAll(await openMany(second, SOCKETS, await second.accessToken()));
    if (gone + SOCKETS === GONE / 10) atFirst = (await second.held()).heapUsed;
  }
  while ((await second.held()).held > 0) await sleep(50);
  const { heapUsed } = await second.held();
  const more = heapUsed - atFirst;
  const [from, to] = [atFirst, heapUsed].map((bytes) => (bytes / 1e6).toFixed(1));
  report(
    `heap after ${GONE / 10} sockets that are gone ${from} MB, after ${GONE} ${to} MB: ${(more / (GONE * 0.9)).toFixed(1)} bytes each`,
    more / (GONE * 0.9) < KEPT_BYTES,
  );
}

await logoutEverywhere();
await costOfOpen();
await keptOfGone();
first.stop();
second.stop();
await rm(folder, { recursive: true });
for (const line of broken) console.error(`Does not hold: ${line}`);
process.exit(broken.length > 0 ? 1 : 0);
