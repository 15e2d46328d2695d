import * as fc from 'fast-check';
import { QuickUsers } from '../host/quick-users.js';
import { type Host, startHost } from '../host/start-host.js';
import { Party } from './party.js';
import { PATIENCE_MS, Race } from './race.js';

/** What a party does, each in its own protocol. */
const ACTS = ['refresh', 'refresh', 'lose', 'lose', 'use'] as const;
type Act = (typeof ACTS)[number];

type Step =
  | { readonly who: 'owner' | 'thief'; readonly act: Act }
  | { readonly waitMs: number }
  | { readonly steal: true }
  | { readonly flush: true };

const act = fc.constantFrom(...ACTS);
const flush = fc.constant({ flush: true } as const);
const steal = fc.constant({ steal: true } as const);
const wait = (...ms: readonly number[]) => fc.record({ waitMs: fc.constantFrom(...ms) });
const by = (...who: readonly ('owner' | 'thief')[]) =>
  fc.record({ who: fc.constantFrom(...who), act });

const RUNS = { numRuns: 60 };
const GRACE_MS = 10_000;
const shortly = wait(1, GRACE_MS - 1, GRACE_MS, 60_000);
const both = by('owner', 'thief');
const theft: fc.Arbitrary<Step[]> = fc.array(fc.oneof(both, both, shortly, steal, flush), {
  maxLength: 25,
});

/** The thief keeps what he gets for the copied token, and it is presented once more after the grace period. */
const RUN_AHEAD: readonly Step[] = [
  { who: 'thief', act: 'lose' },
  { waitMs: GRACE_MS },
  { who: 'owner', act: 'lose' },
];

/** A session, its owner, and a thief who starts with a copy of all that the owner has. */
interface Scene {
  readonly host: Host;
  readonly race: Race;
  readonly owner: Party;
  readonly thief: Party;
}

async function setScene(host: Host, ownersName: string | null = null): Promise<Scene> {
  const race = await Race.start(host);
  const owner = new Party(race, race.first, ownersName);
  return { host, race, owner, thief: new Party(race, race.first) };
}

async function play({ host, race, owner, thief }: Scene, step: Step): Promise<void> {
  if ('waitMs' in step) host.clock.turn(step.waitMs / 1000);
  else if ('steal' in step) thief.steal(owner);
  else if ('flush' in step) await race.flush();
  else if (step.who === 'owner') await owner[step.act]();
  else if (step.act === 'use') await thief.useAll();
  else await thief[step.act]();
}

const isRevoked = async ({ race }: Scene): Promise<boolean> =>
  (await race.row()).revokedAtMs !== null;

describe.each([
  ['grace and recovery', { grace: 10, recovery: true }],
  ['recovery alone', { grace: 0, recovery: true }],
  ['grace alone', { grace: 10, recovery: false }],
  ['strict single use', { grace: 0, recovery: false }],
])('a thief, with %s', (_what, rules) => {
  let host: Host;

  beforeAll(async () => {
    host = await startHost({ users: new QuickUsers(), auth: { accessTtl: '1d', ...rules } });
  });

  afterAll(() => host.close());

  /**
   * Whatever has been: once the two go on in turns, each outside of the grace period of the other, the
   * third refresh at the latest finds two lines of tokens.
   */
  it(
    'who goes on beside the owner ends the session for both',
    async () => {
      const use = fc.boolean();
      let caughtInTurns = 0;
      await fc.assert(
        fc.asyncProperty(theft, fc.boolean(), fc.tuple(use, use), async (before, first, uses) => {
          const scene = await setScene(host);
          for (const step of before) await play(scene, step);
          if (!(await isRevoked(scene))) caughtInTurns += 1;
          const turns = first ? [scene.owner, scene.thief] : [scene.thief, scene.owner];
          for (const [index, party] of [...turns, ...turns.slice(0, 1)].entries()) {
            host.clock.turn(GRACE_MS / 1000);
            await party.refresh();
            if (uses[index] === true) await party.use();
          }
          expect(await isRevoked(scene)).toBe(true);
          expect(await scene.owner.use()).toBe(false);
          expect(await scene.thief.use()).toBe(false);
        }),
        RUNS,
      );
      expect(caughtInTurns).toBeGreaterThan(0);
    },
    PATIENCE_MS,
  );

  /** @see issue 11 */
  it(
    'who uses whatever he was ever given ends the session, where any of it was withdrawn',
    async () => {
      let caughtByUse = 0;
      await fc.assert(
        fc.asyncProperty(theft, async (steps) => {
          const scene = await setScene(host);
          for (const step of [...RUN_AHEAD, ...steps]) await play(scene, step);
          const before = await isRevoked(scene);
          await scene.thief.useAll();
          await scene.race.flush();
          const isTold = scene.thief.got.some((pair) =>
            scene.race.withdrawn.has(scene.race.generationOf(pair)),
          );
          expect(await isRevoked(scene)).toBe(before || isTold);
          if (isTold && !before) caughtByUse += 1;
        }),
        RUNS,
      );
      expect(caughtByUse > 0).toBe(rules.recovery);
    },
    PATIENCE_MS,
  );

  it(
    'ends the session the moment that a token comes from both, once the owner binds his repeats',
    () =>
      fc.assert(
        fc.asyncProperty(theft, async (steps) => {
          const scene = await setScene(host, 'ann');
          for (const step of steps) {
            await play(scene, step);
            const shared = [...scene.thief.presented].filter((it) => scene.owner.presented.has(it));
            expect(shared.length === 0 || (await isRevoked(scene))).toBe(true);
          }
        }),
        RUNS,
      ),
    PATIENCE_MS,
  );
});

/**
 * What the design admits: within the grace period of every rotation nobody can tell a thief from another
 * tab, unless the owner binds his repeats.
 */
describe('a thief within the grace period of every single rotation', () => {
  it.each([
    ['follows unnoticed', null, false],
    ['is caught by the first Idempotency-Key', 'ann', true],
  ])('%s', async (_what, ownersName, caught) => {
    const host = await startHost({ users: new QuickUsers() });
    const scene = await setScene(host, ownersName);
    for (let rotation = 0; rotation < 5; rotation += 1) {
      await scene.owner.refresh();
      host.clock.turn(9.999);
      await scene.thief.refresh();
      await scene.owner.use();
    }
    expect(await isRevoked(scene)).toBe(caught);
    await host.close();
  });
});
