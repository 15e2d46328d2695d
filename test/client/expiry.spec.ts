/** When a token ends, and what keeps connections alive. @see issue 13, section 4 */
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { expiresAt, getFreshToken, keepAlive, onExpiring } from '../../src/client/expiry.js';
import { type Api, refreshes, startApi } from './api.js';
import { TurnedClientClock } from './turned-client-clock.js';

let api: Api;
let clock: TurnedClientClock;
beforeEach(async () => {
  api = await startApi();
  clock = new TurnedClientClock();
});
afterEach(() => api.close());

async function until(isTrue: () => boolean): Promise<void> {
  for (let turns = 0; turns < 2000 && !isTrue(); turns += 1) await turnOfLoop();
}

const LIFE_MS = 900_000;

it('says when the access token ends, and nothing where there is none', async () => {
  const baton = api.client({ clock });
  expect(expiresAt(baton, clock)).toBeNull();
  const ann = await api.signedIn({ clock });
  expect(expiresAt(ann, clock)).toEqual(new Date(clock.now() + LIFE_MS));
  clock.set(LIFE_MS);
  expect(expiresAt(ann, clock)).toBeNull();
});

it('a token is taken as it is while it is fresh enough, and renewed where it is not', async () => {
  const baton = await api.signedIn({ clock });
  const first = await getFreshToken(baton, 300_000);
  clock.set(LIFE_MS - 300_000);
  expect(await getFreshToken(baton, 300_000)).toBe(first);
  clock.set(1);
  expect(await getFreshToken(baton, 300_000)).not.toBe(first);
  expect(refreshes(api)).toBe(1);
});

it('who asks for more than a token can live gets a new one once, not for ever', async () => {
  const baton = await api.signedIn({ clock });
  await getFreshToken(baton, 2 * LIFE_MS);
  expect(refreshes(api)).toBe(1);
});

it('tells once of each token that it is about to end, and no more after its unsubscribe', async () => {
  const baton = await api.signedIn({ clock });
  const told: number[] = [];
  const stop = onExpiring(baton, (leftMs) => told.push(leftMs), { clock });
  clock.turn(LIFE_MS - 60_001);
  expect(told).toEqual([]);
  clock.turn(1);
  clock.turn(30_000);
  expect(told).toEqual([60_000]);
  await getFreshToken(baton, 60_000);
  await turnOfLoop();
  clock.turn(LIFE_MS - 60_000);
  expect(told).toEqual([60_000, 60_000]);
  await getFreshToken(baton, LIFE_MS);
  await turnOfLoop();
  stop();
  clock.turn(LIFE_MS);
  expect(told).toHaveLength(2);
});

it('keeps a connection alive: each token is renewed before its end and handed on', async () => {
  const baton = await api.signedIn({ clock });
  const tokens: string[] = [];
  const stop = keepAlive(baton, (token) => tokens.push(token), { clock });
  for (const count of [1, 2]) {
    clock.turn(LIFE_MS - 60_000);
    await until(() => tokens.length === count);
    await turnOfLoop();
  }
  expect(new Set(tokens).size).toBe(2);
  stop();
  clock.turn(LIFE_MS);
  expect(refreshes(api)).toBe(2);
});

it('hands no token to a connection that was given up while it was on its way', async () => {
  const baton = await api.signedIn({ clock });
  const tokens: string[] = [];
  const stop = keepAlive(baton, (token) => tokens.push(token), { clock });
  const renewed = new Promise((tell) => baton.on('refreshed', tell));
  clock.turn(LIFE_MS - 60_000);
  stop();
  await renewed;
  await turnOfLoop();
  expect(tokens).toEqual([]);
});

it('tokens of a short life are renewed at half of it, not in a loop', async () => {
  const baton = await api.signedIn({ clock });
  const stop = keepAlive(baton, () => {}, { clock, aheadMs: 2 * LIFE_MS });
  clock.turn(LIFE_MS / 2 - 1);
  await turnOfLoop();
  expect(refreshes(api)).toBe(0);
  const renewed = new Promise((tell) => baton.on('refreshed', tell));
  clock.turn(1);
  await renewed;
  clock.turn(LIFE_MS / 2 - 1);
  await turnOfLoop();
  stop();
  expect(refreshes(api)).toBe(1);
});
