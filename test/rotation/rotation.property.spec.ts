import fc from 'fast-check';
import { RefreshToken } from 'nestjs-baton';
import { QuickUsers } from '../host/quick-users.js';
import { type Host, startHost } from '../host/start-host.js';
import { BatonModel } from './baton-model.js';
import { Race } from './race.js';

/** Long enough for nothing to expire: what ends when is told elsewhere. */
const LIFETIMES = { accessTtl: '365d', refreshTtl: '3650d', sessionTtl: '3650d' };
const CHARACTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.'];
const KEYS = [null, null, null, 'the key of the owner', 'the key of the thief'];

/** `back` counts from the newest token: 0 is the live one, 1 mostly its parent. */
type Step =
  | { readonly does: 'present'; readonly back: number; readonly key: string | null }
  | { readonly does: 'use'; readonly back: number }
  | { readonly does: 'wait'; readonly ms: number }
  | { readonly does: 'forge'; readonly back: number; readonly at: number; readonly as: string }
  | { readonly does: 'swap' }
  | { readonly does: 'flush' }
  | { readonly does: 'logout' };

const back = fc.oneof(
  { weight: 9, arbitrary: fc.nat({ max: 1 }) },
  { weight: 1, arbitrary: fc.nat({ max: 6 }) },
);
const does = <Name extends string>(name: Name) => ({ does: fc.constant(name) });
const present = fc.record({ ...does('present'), back, key: fc.constantFrom(...KEYS) });
const presentOften = fc.record({ ...does('present'), back, key: fc.constant(null) });
const use = fc.record({ ...does('use'), back });
const wait = fc.record({ ...does('wait'), ms: fc.constantFrom(1, 4_999, 9_999, 10_000, 60_000) });
const forge = fc.record({
  ...does('forge'),
  back,
  at: fc.nat({ max: 400 }),
  as: fc.constantFrom(...CHARACTERS),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: presentOften },
  { weight: 3, arbitrary: present },
  { weight: 4, arbitrary: use },
  { weight: 8, arbitrary: wait },
  { weight: 3, arbitrary: forge },
  { weight: 1, arbitrary: fc.record(does('swap')) },
  { weight: 1, arbitrary: fc.record(does('flush')) },
  { weight: 1, arbitrary: fc.record(does('logout')) },
);
const steps = fc.array(step, { minLength: 3, maxLength: 40 });

/** The services and the model, side by side. */
interface Sides {
  readonly host: Host;
  readonly race: Race;
  readonly model: BatonModel;
}

const pairAt = ({ race }: Sides, stepsBack: number) =>
  race.pairs[Math.max(0, race.pairs.length - 1 - stepsBack)] ?? race.first;

/** A token that differs from a genuine one in a character. */
function forgery(
  sides: Sides,
  { back: stepsBack, at, as }: Extract<Step, { does: 'forge' }>,
): string {
  const { refresh_token: token } = pairAt(sides, stepsBack);
  const place = at % token.length;
  const changed = `${token.slice(0, place)}${as}${token.slice(place + 1)}`;
  return changed === token ? `${token}A` : changed;
}

/** A token that is not a refresh token of ours is refused, and the row does not notice. */
async function presentInvalid({ race }: Sides, token: string): Promise<void> {
  await race.flush();
  const before = await race.row();
  expect(await race.present(token)).toEqual({ outcome: 'invalid_token', pair: null });
  expect(await race.row()).toEqual(before);
}

async function take(sides: Sides, taken: Step): Promise<void> {
  const { host, race, model } = sides;
  switch (taken.does) {
    case 'present': {
      const pair = pairAt(sides, taken.back);
      const expected = model.present(race.generationOf(pair), taken.key, host.clock.nowMs());
      const answer = await race.present(pair.refresh_token, taken.key);
      expect(answer.outcome).toBe(expected);
      return expect(answer.pair && race.generationOf(answer.pair)).toBe(answer.pair && model.live);
    }
    case 'use': {
      const pair = pairAt(sides, taken.back);
      return expect(await race.use(pair)).toBe(model.use(race.generationOf(pair)));
    }
    case 'forge':
      return presentInvalid(sides, forgery(sides, taken));
    case 'swap':
      return presentInvalid(sides, pairAt(sides, 0).access_token);
    case 'wait':
      return host.clock.turn(taken.ms / 1000);
    case 'flush':
      return race.flush();
    case 'logout':
      model.end();
      return race.logout(pairAt(sides, 0));
  }
}

describe.each([
  ['grace and recovery', { grace: 10, recovery: true }],
  ['recovery alone', { grace: 0, recovery: true }],
  ['grace alone', { grace: 10, recovery: false }],
  ['strict single use', { grace: 0, recovery: false }],
])('with %s', (_what, rules) => {
  let host: Host;
  let opened = 0;

  beforeAll(async () => {
    host = await startHost({ users: new QuickUsers(), auth: { ...LIFETIMES, ...rules } });
  });

  afterAll(() => host.close());

  async function run(taken: readonly Step[]): Promise<Sides> {
    const model = new BatonModel({ graceMs: rules.grace * 1000, recovery: rules.recovery });
    const sides = { host, model, race: await Race.start(host) };
    opened += 1;
    for (const one of taken) {
      await take(sides, one);
      const row = await sides.race.row();
      expect(row.generation).toBe(model.live);
      expect(sides.race.liveIn(row)).toEqual(model.over ? [] : [model.live]);
    }
    return sides;
  }

  it('whatever anybody does with the tokens of a session comes to what the contract says', () =>
    fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        await run(taken);
        expect(await host.dataSource.getRepository(RefreshToken).count()).toBe(opened);
      }),
      { numRuns: 60 },
    ));

  it('a session that was revoked never changes again, and refuses every token it ever had', () =>
    fc.assert(
      fc.asyncProperty(steps, steps, async (before, after) => {
        const sides = await run([...before, { does: 'logout' }]);
        await sides.race.flush();
        const row = await sides.race.row();
        for (const one of after) await take(sides, one);
        expect(await sides.race.row()).toEqual(row);
        for (const pair of sides.race.pairs) {
          expect((await sides.race.present(pair.refresh_token)).outcome).toBe('session_revoked');
          expect(await sides.race.use(pair)).toBe(false);
        }
      }),
      { numRuns: 15 },
    ));
});
