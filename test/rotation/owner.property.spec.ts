import * as fc from 'fast-check';
import { AuthEvents } from 'nestjs-baton';
import { QuickUsers } from '../host/quick-users.js';
import { type Host, startHost } from '../host/start-host.js';
import { Party } from './party.js';
import { type Answer, PATIENCE_MS, Race } from './race.js';

const HOUR_MS = 3_600_000;

type Step =
  | { readonly act: 'refresh' | 'lose' | 'use' | 'flush' }
  | { readonly tabs: number }
  | { readonly waitMs: number };

const act = fc.record({
  act: fc.constantFrom('refresh', 'refresh', 'lose', 'lose', 'use', 'flush'),
});
const tabs = fc.record({ tabs: fc.integer({ min: 2, max: 5 }) });
const wait = (...ms: readonly number[]) => fc.record({ waitMs: fc.constantFrom(...ms) });
const WITHIN_A_DAY = wait(1, 9_999, 10_000, 60_000, 13 * HOUR_MS);
const WITHIN_WEEKS = wait(24 * HOUR_MS, 96 * HOUR_MS, 168 * HOUR_MS - 1, 168 * HOUR_MS);

const stepsOf = (...steps: readonly fc.Arbitrary<Step>[]) =>
  fc.array(fc.oneof(...steps), { minLength: 3, maxLength: 30 });

/** Plays the owner's part. @returns every answer that he got, with the end of the token that he showed */
async function play(host: Host, race: Race, owner: Party, step: Step) {
  const endsAtMs = race.endOf(owner.stored);
  const answered = (answers: readonly Answer[]) =>
    answers.map(({ outcome }) => ({ outcome, ended: host.clock.nowMs() >= endsAtMs }));
  if ('waitMs' in step) host.clock.turn(step.waitMs / 1000);
  else if ('tabs' in step) return answered(await owner.refreshInTabs(step.tabs));
  else if (step.act === 'refresh' || step.act === 'lose')
    return answered([await owner[step.act]()]);
  else if (step.act === 'flush') await race.flush();
  else await owner.use();
  return [];
}

describe.each([
  ['grace and recovery', { grace: 10 }, null, [act, tabs, WITHIN_A_DAY]],
  ['an Idempotency-Key for each token', { grace: 10 }, 'ann', [act, tabs, WITHIN_A_DAY]],
  ['recovery alone', { grace: 0 }, null, [act, WITHIN_A_DAY]],
  ['weeks on the way', { grace: 10 }, null, [act, act, WITHIN_WEEKS, WITHIN_WEEKS]],
])('an owner alone, with %s', (_what, rules, name, steps) => {
  let host: Host;

  beforeAll(async () => {
    host = await startHost({ users: new QuickUsers(), auth: rules });
  });

  afterAll(() => host.close());

  it(
    'is never logged out before an end, whatever responses he loses and requests he repeats',
    () =>
      fc.assert(
        fc.asyncProperty(stepsOf(...steps), async (taken) => {
          const race = await Race.start(host);
          const owner = new Party(race, race.first, name);
          for (const step of taken) {
            for (const { outcome, ended } of await play(host, race, owner, step)) {
              expect(outcome === 'token_expired').toBe(ended);
              expect(['rotate', 'replay', 'recover', 'token_expired']).toContain(outcome);
            }
          }
          expect((await race.row()).revokedAtMs).toBeNull();
        }),
      ),
    PATIENCE_MS,
  );
});

describe('tabs that refresh at the same moment', () => {
  it(
    'rotate once, and all get the same token',
    async () => {
      const host = await startHost({ users: new QuickUsers() });
      const lostBefore = fc.nat({ max: 2 });
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 2, max: 12 }), lostBefore, async (many, lost) => {
          const race = await Race.start(host);
          const owner = new Party(race, race.first);
          for (let times = 0; times < lost; times += 1) {
            await owner.lose();
            host.clock.turn(10);
          }
          const refreshed: string[] = [];
          const events = host.app.get(AuthEvents).on('session.refreshed');
          const listening = events.subscribe(({ how }) => refreshed.push(how));
          const answers = await owner.refreshInTabs(many);
          listening.unsubscribe();
          expect(new Set(answers.map(({ pair }) => pair?.refresh_token)).size).toBe(1);
          expect(refreshed).toHaveLength(many);
          expect(refreshed.filter((how) => how !== 'replay')).toHaveLength(1);
          expect((await race.row()).generation).toBe(lost + 1);
        }),
        { numRuns: 30 },
      );
      await host.close();
    },
    PATIENCE_MS,
  );
});

it(
  'a token ends in its own time, although a successor that was lost would live on',
  async () => {
    const host = await startHost({ users: new QuickUsers() });
    const race = await Race.start(host);
    const owner = new Party(race, race.first);
    host.clock.turn(100 * 3600);
    await owner.lose();
    host.clock.turn(68 * 3600 - 0.001);
    expect((await owner.lose()).outcome).toBe('recover');
    host.clock.turn(0.001);
    expect((await owner.lose()).outcome).toBe('token_expired');
    expect((await race.row()).revokedAtMs).toBeNull();
    await host.close();
  },
  PATIENCE_MS,
);
