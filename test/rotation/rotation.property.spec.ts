import * as fc from 'fast-check';
import { RefreshToken, type TokenPairBody } from 'nestjs-baton';
import { QuickUsers } from '../host/quick-users.js';
import { type Host, startHost } from '../host/start-host.js';
import { BatonModel } from './baton-model.js';
import { PATIENCE_MS, Race } from './race.js';

/** Long enough for nothing to expire: what ends when is told elsewhere. */
const LIFETIMES = { accessTtl: '365d', refreshTtl: '3650d', sessionTtl: '3650d' };
const CHARACTERS = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.');
/** Mostly none, so that most repeats are of one mind. */
const KEYS = [...Array.from({ length: 13 }, () => null), 'the key of the owner', 'the thief'];

/** A token of the session: by its place, or by its generation counted from the newest. */
type Which = 'live' | 'parent' | number;

type Step =
  | { readonly does: 'present'; readonly which: Which; readonly key: string | null }
  | { readonly does: 'use'; readonly which: Which }
  | { readonly does: 'wait'; readonly ms: number }
  | { readonly does: 'forge'; readonly which: Which; readonly at: number; readonly as: string }
  | { readonly does: 'swap' }
  | { readonly does: 'flush' }
  | { readonly does: 'logout' };

type Of<Does extends Step['does']> = Extract<Step, { does: Does }>;

const anyWhich = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom('live' as const, 'parent' as const) },
  { weight: 2, arbitrary: fc.nat({ max: 6 }) },
);
const does = <Name extends string>(name: Name) => ({ does: fc.constant(name) });
const anyKey = fc.constantFrom(...KEYS);
const anyWait = fc.constantFrom(1, 4_999, 9_999, 10_000, 60_000);
const anyPlace = fc.nat({ max: 400 });
const anyCharacter = fc.constantFrom(...CHARACTERS);

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 15, arbitrary: fc.record({ ...does('present'), which: anyWhich, key: anyKey }) },
  { weight: 4, arbitrary: fc.record({ ...does('use'), which: anyWhich }) },
  { weight: 8, arbitrary: fc.record({ ...does('wait'), ms: anyWait }) },
  {
    weight: 3,
    arbitrary: fc.record({ ...does('forge'), which: anyWhich, at: anyPlace, as: anyCharacter }),
  },
  { weight: 1, arbitrary: fc.record(does('swap')) },
  { weight: 1, arbitrary: fc.record(does('flush')) },
  { weight: 1, arbitrary: fc.record(does('logout')) },
);
const anySteps = fc.array(anyStep, { minLength: 3, maxLength: 40 });

/** The services and the model, side by side. */
interface Sides {
  readonly host: Host;
  readonly race: Race;
  readonly model: BatonModel;
}

function pairAt({ race, model }: Sides, which: Which): TokenPairBody {
  const places = { live: model.live, parent: model.parentGeneration ?? 0 };
  const generation = typeof which === 'string' ? places[which] : race.pairs.length - 1 - which;
  return race.pairs[generation] ?? race.first;
}

/** A token that differs from a genuine one in a character. */
function forgery(sides: Sides, { which, at, as }: Of<'forge'>): string {
  const { refresh_token: token } = pairAt(sides, which);
  const place = at % token.length;
  const changed = `${token.slice(0, place)}${as}${token.slice(place + 1)}`;
  return changed === token ? `${token}A` : changed;
}

/** What a step came to, and what it should have come to. */
type Compared = readonly [came: unknown, expected: unknown];
const NOTHING: Compared = [null, null];

async function present(sides: Sides, { which, key }: Of<'present'>): Promise<Compared> {
  const { host, race, model } = sides;
  const presented = pairAt(sides, which);
  const expected = model.present(race.generationOf(presented), key, host.clock.nowMs());
  const { outcome, pair } = await race.present(presented.refresh_token, key);
  return [
    [outcome, pair && race.generationOf(pair)],
    [expected, pair && model.live],
  ];
}

/** A token that is not a refresh token of ours is refused, and the row does not notice. */
async function presentInvalid({ race }: Sides, token: string): Promise<Compared> {
  await race.flush();
  const before = await race.row();
  const { outcome } = await race.present(token);
  return [
    [outcome, await race.row()],
    ['invalid_token', before],
  ];
}

/** Where it is a reuse, the next flush finds out: now, and not when a timer happens to fire. */
async function use(sides: Sides, { which }: Of<'use'>): Promise<Compared> {
  const { race, model } = sides;
  const pair = pairAt(sides, which);
  const came = await race.use(pair);
  const expected = model.use(race.generationOf(pair));
  if (model.over) await race.flush();
  return [came, expected];
}

async function take(sides: Sides, step: Step): Promise<Compared> {
  switch (step.does) {
    case 'present':
      return present(sides, step);
    case 'use':
      return use(sides, step);
    case 'forge':
      return presentInvalid(sides, forgery(sides, step));
    case 'swap':
      return presentInvalid(sides, pairAt(sides, 'live').access_token);
    case 'wait':
      sides.host.clock.turn(step.ms / 1000);
      return NOTHING;
    case 'flush':
      await sides.race.flush();
      return NOTHING;
    case 'logout':
      sides.model.end();
      await sides.race.logout(pairAt(sides, 'live'));
      return NOTHING;
  }
}

async function takeAll(sides: Sides, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    const [came, expected] = await take(sides, step);
    expect(came).toEqual(expected);
  }
}

describe.each([
  ['grace and recovery', { grace: 10, recovery: true, maxRecoveries: 0 }],
  ['recovery alone', { grace: 0, recovery: true, maxRecoveries: 0 }],
  ['two recoveries in a row', { grace: 0, recovery: true, maxRecoveries: 2 }],
  ['grace alone', { grace: 10, recovery: false, maxRecoveries: 0 }],
  ['strict single use', { grace: 0, recovery: false, maxRecoveries: 0 }],
])('with %s', (_what, rules) => {
  let host: Host;
  let opened = 0;

  beforeAll(async () => {
    host = await startHost({ users: new QuickUsers(), auth: { ...LIFETIMES, ...rules } });
  });

  afterAll(() => host.close());

  async function run(steps: readonly Step[]): Promise<Sides> {
    const model = new BatonModel({ ...rules, graceMs: rules.grace * 1000 });
    const sides = { host, model, race: await Race.start(host) };
    opened += 1;
    for (const step of steps) {
      await takeAll(sides, [step]);
      const row = await sides.race.row();
      expect(row.generation).toBe(model.live);
      expect(sides.race.liveIn(row)).toEqual(model.over ? [] : [model.live]);
    }
    return sides;
  }

  it(
    'whatever anybody does with the tokens of a session comes to what the contract says',
    () =>
      fc.assert(
        fc.asyncProperty(anySteps, async (steps) => {
          await run(steps);
          expect(await host.dataSource.getRepository(RefreshToken).count()).toBe(opened);
        }),
        { numRuns: 60 },
      ),
    PATIENCE_MS,
  );

  it(
    'a session that was revoked never changes again, and refuses every token it ever had',
    () =>
      fc.assert(
        fc.asyncProperty(anySteps, anySteps, async (before, after) => {
          const sides = await run([...before, { does: 'logout' }]);
          await sides.race.flush();
          const row = await sides.race.row();
          await takeAll(sides, after);
          expect(await sides.race.row()).toEqual(row);
          for (const pair of sides.race.pairs) {
            expect((await sides.race.present(pair.refresh_token)).outcome).toBe('session_revoked');
            expect(await sides.race.use(pair)).toBe(false);
          }
        }),
        { numRuns: 15 },
      ),
    PATIENCE_MS,
  );
});
