import type { BatonLock } from '../../src/client/index.js';
import { memoryStorage } from '../../src/client/storage/memory.js';
import { eventually } from '../contract/vocabulary.js';
import { ANN, type Api, refreshes, startApi } from './api.js';
import { TurnedClientClock } from './turned-client-clock.js';

/** Longer than anybody waits for the lock, or takes what was read for what is there. */
const LONG_MS = 6_000;

let api: Api;
let clock: TurnedClientClock;
beforeEach(async () => {
  api = await startApi();
  clock = new TurnedClientClock();
});
afterEach(() => api.close());

it('a lock that comes too late is free again at once', async () => {
  let [grant, ask, isFree] = [() => {}, () => {}, false];
  const granted = new Promise<void>((resolve) => (grant = resolve));
  const asked = new Promise<void>((resolve) => (ask = resolve));
  const lock: BatonLock = {
    async run(task) {
      ask();
      await granted;
      const result = await task();
      isFree = true;
      return result;
    },
  };
  const signingIn = api.client({ lock, clock }).signIn(ANN);
  await asked;
  clock.turn(LONG_MS);
  await signingIn;
  grant();
  await eventually(1_000, async () => isFree);
  expect(isFree).toBe(true);
});

it('what a slow storage held is read again before it is presented', async () => {
  const inner = memoryStorage();
  const lock: BatonLock = { run: () => Promise.reject(new Error('SecurityError')) };
  let meanwhile: (() => Promise<unknown>)[] = [];
  const read = async () => {
    const found = await inner.read();
    await meanwhile.shift()?.();
    return found;
  };
  const slow = await api.signedIn({ storage: { ...inner, read }, lock, clock });
  const other = api.client({ storage: inner, lock, clock });
  api.host.clock.turn(900);
  clock.set(900_000);
  const refreshed = async () => {
    await other.getAccessToken();
    clock.set(LONG_MS);
  };
  // The first look only sees that there is need.
  meanwhile = [async () => {}, refreshed];
  expect(await slow.getAccessToken()).toBe(await other.getAccessToken());
  expect(refreshes(api)).toBe(1);
});
