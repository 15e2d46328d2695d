import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { logIns } from './driver/clients.js';
import { HttpConnection, request } from './driver/http-connection.js';
import { freshDatabase } from './harness/databases.js';
import { startServer } from './harness/server.js';
import { SOCKETS } from './table/subjects.js';

/**
 * `npm run measure:connections`: what an open socket costs, and what is kept of 100,000 that are gone. Exits with 1
 * where a promise of docs/transports.md does not hold.
 */
const COUNT = 1_000;
const COSTLY = 5_000;
const GONE = Number(process.argv[2] ?? 100_000);
/** What may be kept of each that is gone, bytes. */
const KEPT_BYTES = 10;

const database = await freshDatabase('sqlite');
const place = { databaseUrl: database.url, isPinned: false, profile: null };
const server = await startServer(SOCKETS, place);

async function held(): Promise<{ heapUsed: number; held: number }> {
  const connection = await HttpConnection.open(server.port);
  const { body } = await connection.exchange(request('GET', '/held'));
  connection.close();
  return JSON.parse(body);
}

const accessToken = async (): Promise<string> =>
  (await logIns(SOCKETS.api, server.port, 1))[0]?.access ?? '';

/** Opens sockets. @param token none for such that the server does not keep */
const open = (count: number, token?: string): Promise<WebSocket[]> =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const options = { headers, perMessageDeflate: false };
      const socket = new WebSocket(`ws://127.0.0.1:${server.port}/sockets`, options);
      await once(socket, 'open');
      return socket;
    }),
  );

async function closeAll(sockets: readonly WebSocket[]): Promise<void> {
  const closed = sockets.map((socket) => once(socket, 'close'));
  for (const socket of sockets) socket.close();
  await Promise.all(closed);
}

/** Heap of each of many that are open. */
async function heapPer(token?: string): Promise<number> {
  const before = await held();
  const sockets = await open(COSTLY, token);
  await sleep(500);
  const { heapUsed } = await held();
  await closeAll(sockets);
  return (heapUsed - before.heapUsed) / COSTLY;
}

const token = await accessToken();
// What the first sockets of a process cost once is no cost of each.
await heapPer(token);
const [bare, kept] = [await heapPer(), await heapPer(token)];
const [of, its, more] = [bare, kept, kept - bare].map((bytes) => bytes.toFixed(0));
console.log(`an open socket takes ${of} bytes of heap, one that is kept ${its}: ${more} more`);

let atFirst = 0;
for (let gone = 0; gone < GONE; gone += COUNT) {
  await closeAll(await open(COUNT, await accessToken()));
  if (gone + COUNT === GONE / 10) atFirst = (await held()).heapUsed;
}
while ((await held()).held > 0) await sleep(50);
const { heapUsed } = await held();
const each = (heapUsed - atFirst) / (GONE * 0.9);
const [from, to] = [atFirst, heapUsed].map((bytes) => (bytes / 1e6).toFixed(1));
console.log(`heap after ${GONE / 10} sockets that are gone ${from} MB, after ${GONE} ${to} MB`);
console.log(`${each.toFixed(1)} bytes each, at most ${KEPT_BYTES}`);
if (each >= KEPT_BYTES) process.exitCode = 1;
await server.stop();
await database.drop();
