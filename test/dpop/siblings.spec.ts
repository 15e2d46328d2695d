import { cleanUp } from '../standalone/server-process.js';
import { proveSiblings } from './siblings.js';

afterAll(cleanUp);

/** @see npm run prove:dpop, which plays 10,000 */
it('eight processes with copies of their own live, and a thief with every token and no key does them no harm', async () => {
  let dice = 1;
  const random = () => (dice = (dice * 48_271) % 2_147_483_647) / 2_147_483_647;
  const { rounds, gaps, lost, thief } = await proveSiblings(100, random);
  expect(lost).toEqual([]);
  expect(gaps.slice(1, 21).filter((times) => times > 0).length).toBeGreaterThan(15);
  expect(thief).toEqual({ tries: rounds * 8, tokens: 0, events: rounds * 8 });
}, 240_000);
