import { setImmediate } from 'node:timers/promises';
import * as fc from 'fast-check';
import { AuthEvents, RefreshToken } from 'nestjs-baton';
import { IsNull } from 'typeorm';
import { QuickUsers } from '../host/quick-users.js';
import { type Host, startHost } from '../host/start-host.js';
import { PATIENCE_MS, Race } from './race.js';

let host: Host;

beforeAll(async () => {
  host = await startHost({ users: new QuickUsers() });
});

afterAll(() => host.close());

/** Between two turns of the event loop, promises have more turns than two statements take: 18 and 13. */
const TURNS_OF_PROMISES = 60;

/** Lets what is under way go on for so many turns: every place between two statements. */
async function afterTurns<Result>(turns: number, task: () => Promise<Result>): Promise<Result> {
  for (let turn = 1; turn <= turns; turn += 1) {
    await (turn % TURNS_OF_PROMISES === 0 ? setImmediate() : Promise.resolve());
  }
  return task();
}

/** Another instance, which saw the live token in use, tells the row. @returns whether it was in time */
async function confirmElsewhere({ sessionId: id }: Race, generation: number): Promise<boolean> {
  const confirmed = await host.dataSource
    .getRepository(RefreshToken)
    .update({ id, generation, confirmedAtMs: IsNull() }, { confirmedAtMs: host.clock.nowMs() });
  return confirmed.affected === 1;
}

it(
  'a recovery never withdraws a token that another instance has seen in use, however late',
  async () => {
    const outcomes = new Set<string>();
    for (let turns = 0; turns < 250; turns += 1) {
      const race = await Race.start(host);
      await race.present(race.first.refresh_token);
      host.clock.turn(10);
      const [{ outcome }, inTime] = await Promise.all([
        race.present(race.first.refresh_token),
        afterTurns(turns, () => confirmElsewhere(race, 1)),
      ]);
      expect(outcome).toBe(inTime ? 'token_reused' : 'recover');
      outcomes.add(outcome);
    }
    expect([...outcomes].toSorted()).toEqual(['recover', 'token_reused']);
  },
  PATIENCE_MS,
);

it(
  'a logout beats a refresh under way, at whatever moment it comes',
  async () => {
    const outcomes = new Set<string>();
    for (let turns = 0; turns < 250; turns += 1) {
      const race = await Race.start(host);
      const [{ outcome }] = await Promise.all([
        afterTurns(125, () => race.present(race.first.refresh_token)),
        afterTurns(turns, () => race.logout(race.first)),
      ]);
      outcomes.add(outcome);
      expect(race.liveIn(await race.row())).toEqual([]);
      for (const pair of race.pairs) expect(await race.use(pair)).toBe(false);
    }
    expect([...outcomes].toSorted()).toEqual(['rotate', 'session_revoked']);
  },
  PATIENCE_MS,
);

describe('presentations at the same moment', () => {
  const presented = fc.array(fc.constantFrom('live', 'parent', 'oldest'), {
    minLength: 2,
    maxLength: 6,
  });
  const waitedSeconds = fc.constantFrom(0, 9.999, 10);

  it(
    'leave one live token or none, and one generation for each hand-over',
    () =>
      fc.assert(
        fc.asyncProperty(presented, waitedSeconds, async (which, waited) => {
          const race = await Race.start(host);
          const oldest = race.first;
          const parent = (await race.present(oldest.refresh_token)).pair ?? oldest;
          const live = (await race.present(parent.refresh_token)).pair ?? oldest;
          const tokens = { oldest, parent, live };
          host.clock.turn(waited);
          const handOvers: number[] = [];
          const listening = host.app.get(AuthEvents).on('session.refreshed');
          const counting = listening.subscribe(
            ({ how, generation }) => void (how === 'replay' || handOvers.push(generation)),
          );
          const answers = await Promise.all(
            which.map((each) => race.present(tokens[each].refresh_token)),
          );
          counting.unsubscribe();
          const row = await race.row();
          expect(row.generation).toBe(2 + handOvers.length);
          expect(new Set(handOvers).size).toBe(handOvers.length);
          expect(race.liveIn(row)).toEqual(row.revokedAtMs === null ? [row.generation] : []);
          expect(row.revokedAtMs !== null || !which.includes('oldest')).toBe(true);
          const reuses = answers.filter(({ outcome }) => outcome === 'token_reused');
          expect(reuses).toHaveLength(row.revokedAtMs === null ? 0 : 1);
        }),
      ),
    PATIENCE_MS,
  );
});
