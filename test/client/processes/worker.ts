import { readFileSync } from 'node:fs';
import { argv, pid } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { systemClock } from '../../../src/client/clock.js';
import { type BatonClock, type BatonStorage, createBaton } from '../../../src/client/index.js';
import { fileStorage } from '../../../src/client/storage/file.js';
import { sqliteStorage } from '../../../src/client/storage/sqlite.js';
import type { MeBody } from '../../../src/wire.js';
import type { WorkerOrder, WorkerReport } from './order.js';

const order: WorkerOrder = JSON.parse(String(argv[2]));

const dieAt = (step: WorkerOrder['dieAt']): void => {
  if (isSignedIn && order.dieAt === step) process.kill(pid, 'SIGKILL');
};

function opened(): BatonStorage {
  return order.storage === 'sqlite'
    ? sqliteStorage({ db: new Database(order.path) })
    : fileStorage({ path: order.path, key: order.storage === 'file' ? null : Buffer.alloc(32, 7) });
}

/** Dies at the ordered step, as if by a loss of power of its own. */
function mortal(storage: BatonStorage): BatonStorage {
  return {
    lock: storage.lock,
    read: () => storage.read(),
    remove: () => storage.remove(),
    async write(value) {
      dieAt('before the write');
      const writing = storage.write(value);
      dieAt('within the write');
      await writing;
      dieAt('after the write');
    },
  };
}

/** One clock for all processes, as a device has. */
function clockOf({ clock }: WorkerOrder): BatonClock {
  return clock === undefined
    ? systemClock
    : { ...systemClock, now: () => Number(readFileSync(clock, 'utf8')) };
}

let isSignedIn = false;
const baton = createBaton({
  baseUrl: order.baseUrl,
  storage: mortal(opened()),
  clock: clockOf(order),
  fetch: async (input, init) => {
    const isRefresh = typeof input === 'string' && input.endsWith('/token/refresh');
    if (isRefresh) dieAt('before the request');
    const answering = fetch(input, init);
    if (isRefresh && order.dieAt === 'after the request') {
      await sleep(100);
      dieAt('after the request');
    }
    const response = await answering;
    if (isRefresh) dieAt('after the answer');
    return response;
  },
});
if (order.credentials) await baton.signIn(order.credentials);
isSignedIn = true;

const report: { -readonly [Key in keyof WorkerReport]: WorkerReport[Key] } = {
  answered: 0,
  statuses: [],
  sessionIds: [],
  errors: [],
};
const statuses = new Set<number>();
const sessionIds = new Set<string>();
for (let round = 0; round < order.rounds; round += 1) {
  try {
    const response = await baton.fetch('/auth/me');
    const me: Partial<MeBody> = Object(await response.json());
    statuses.add(response.status);
    sessionIds.add(String(me.session_id));
    report.answered += 1;
  } catch (error) {
    report.errors.push(String(error));
  }
  await sleep(Math.random() * order.pauseMs);
}
report.statuses.push(...statuses);
report.sessionIds.push(...sessionIds);
await baton.dispose();
console.log(JSON.stringify(report));
process.exit(0);
