import { memoryStorage } from '../../src/client/storage/memory.js';
import { Random } from '../simulation/random.js';
import { type Api, startApi } from './api.js';
import type { Treatment } from './bad-line.js';
import { withoutPauses } from './without-pauses.js';

let api: Api;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());
withoutPauses();

const WAYS = ['before', 'within', 'after', 'twice'] as const;
const SEVERAL = 2;

describe('a line that is cut', () => {
  it.each([
    ...WAYS.map((way) => [way, way, 0] as const),
    ...WAYS.flatMap((first) => WAYS.map((second) => [first, second, 3600] as const)),
  ])(
    '%s and then %s the refresh, several times in a row and %i seconds apart, loses no session',
    async (first, second, secondsBetween) => {
      const storage = memoryStorage();
      const baton = await api.signedIn({ storage });
      const { sessionId } = baton.getState();
      for (let round = 0; round < SEVERAL; round += 1) {
        api.host.clock.turn(900);
        const treatments: Treatment[] = [first, second];
        api.line.treat = ({ path }) => {
          if (path !== '/auth/token/refresh') return 'pass';
          api.host.clock.turn(secondsBetween);
          return treatments.shift() ?? 'pass';
        };
        // What the first program does not bring to an end, another one on the same storage does.
        await baton.fetch('/auth/me').catch(() => {});
        const next = api.client({ storage });
        expect((await next.fetch('/auth/me')).status).toBe(200);
        expect(next.getState().sessionId).toBe(sessionId);
      }
      api.wake();
      expect((await baton.fetch('/auth/me')).status).toBe(200);
    },
  );
});

it('a line that is bad at random loses no session', async () => {
  const random = new Random(1);
  const baton = await api.signedIn();
  const { sessionId } = baton.getState();
  const treatments: Treatment[] = [
    ...WAYS,
    'pass',
    'pass',
    { until: new Promise(setImmediate) },
    { status: 502 },
  ];
  api.line.treat = ({ path }) =>
    path === '/auth/token/refresh' ? random.pick(treatments) : 'pass';
  for (let round = 0; round < 30; round += 1) {
    api.host.clock.turn(900);
    await baton.fetch('/auth/me').catch(() => {});
    api.wake();
  }
  api.line.treat = () => 'pass';
  api.host.clock.turn(900);
  expect((await baton.fetch('/auth/me')).status).toBe(200);
  expect(baton.getState().sessionId).toBe(sessionId);
});
