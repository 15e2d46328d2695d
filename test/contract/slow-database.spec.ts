import { jest } from '@jest/globals';
import { RefreshTokenStore } from '../../src/sessions/refresh-token.store.js';
import type { Host } from '../host/start-host.js';
import { isAlive, login, onEveryHost, pairIn, storm } from './vocabulary.js';

const LONGER_THAN_GRACE = 60;
const TABS = 10;

/** Keeps swaps waiting until so many have come, and a while longer: a lock, a full pool. */
function delaySwaps(host: Host, until: number, seconds: number): void {
  const store = host.app.get(RefreshTokenStore);
  const rotate = store.rotate.bind(store);
  const waiting: (() => void)[] = [];
  jest.spyOn(store, 'rotate').mockImplementation(async (swap) => {
    const turn = new Promise<void>((resolve) => waiting.push(resolve));
    if (waiting.length === until) {
      host.clock.turn(seconds);
      for (const letGo of waiting) letGo();
    }
    await turn;
    return rotate(swap);
  });
}

/** @see issue 11 */
onEveryHost({}, (stage) => {
  it('presentations of one moment get one successor, however long the database kept them waiting', async () => {
    const { refresh_token } = await login(stage.host);
    delaySwaps(stage.host, TABS, LONGER_THAN_GRACE);
    const pairs = (await storm([stage.host], refresh_token, TABS)).map(pairIn);
    jest.restoreAllMocks();
    expect(new Set(pairs.map((pair) => pair.refresh_token)).size).toBe(1);
    const [pair] = pairs;
    expect(pair && (await isAlive(stage.host, pair))).toBe(true);
  });
});
