import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ANN, type Api, refreshes, startApi } from './api.js';
import { clockByRequests } from './processes/clock-by-requests.js';
import { STEPS, type WorkerOrder } from './processes/order.js';
import { type Workers, prepareWorkers } from './processes/workers.js';

const STORAGES = ['encrypted file', 'sqlite'] as const;
const PROCESSES = 6;
const ROUNDS = 200;

/** How many requests an access token lives for. */
const TOKEN_REQUESTS = 200;

/** On a machine that does much else. */
const LONGEST_MS = 300_000;

let workers: Workers;
let folder: string;
let api: Api;
beforeAll(async () => {
  workers = await prepareWorkers();
});
afterAll(() => workers.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-processes-'));
});
afterEach(async () => {
  await api.close();
  await rm(folder, { recursive: true });
});

const orderFor = (storage: WorkerOrder['storage'], own: Partial<WorkerOrder>): WorkerOrder => ({
  baseUrl: api.line.url,
  storage,
  path: join(folder, 'session'),
  rounds: 1,
  pauseMs: 0,
  ...own,
});

it.each(STORAGES)(
  'six processes on one %s, for 200 rounds under tokens of 200 requests, are all answered in one session',
  async (storage) => {
    const path = join(folder, 'clock');
    const clock = clockByRequests(path, 1000 / TOKEN_REQUESTS);
    api = await startApi({ auth: { clock, accessTtl: 1 } });
    await workers.run(orderFor(storage, { credentials: ANN, clock: path }));
    api.line.treat = () => {
      clock.step();
      return 'pass';
    };
    const many = Array.from({ length: PROCESSES }, () =>
      workers.run(orderFor(storage, { rounds: ROUNDS, pauseMs: 20, clock: path })),
    );
    const reports = await Promise.all(many);
    clock.close();
    const [first] = reports;
    const sessionIds = typeof first === 'object' ? first.sessionIds : [];
    expect(sessionIds).toHaveLength(1);
    const perfect = { answered: ROUNDS, statuses: [200], sessionIds, errors: [] };
    expect(reports).toEqual(Array.from({ length: PROCESSES }, () => perfect));
    // 1,200 requests, and a token is replaced in its last quarter: for all processes at once.
    expect(refreshes(api)).toBeGreaterThan(5);
    expect(refreshes(api)).toBeLessThan(20);
  },
  LONGEST_MS,
);

describe.each(STORAGES)('a program that keeps its session in %s', (storage) => {
  it.each(STEPS)('and is killed %s is still signed in when it starts again', async (step) => {
    api = await startApi();
    const signedIn = await workers.run(orderFor(storage, { credentials: ANN }));
    for (const later of storage === 'sqlite' ? [3600] : [0, 3600]) {
      api.host.clock.turn(900);
      expect(await workers.run(orderFor(storage, { dieAt: step }))).toBe('SIGKILL');
      api.host.clock.turn(later);
      expect(await workers.run(orderFor(storage, {}))).toEqual(signedIn);
    }
  });
});
