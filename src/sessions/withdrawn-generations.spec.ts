import { isWithdrawn, recoveriesInARow, withdraw } from './withdrawn-generations.js';

describe('what was withdrawn', () => {
  it.each([
    ['the first token to be', { parentGeneration: 0, generation: 1 }, null, '1-1'],
    ['one more of the same parent', { parentGeneration: 0, generation: 2 }, '1-1', '1-2'],
    ['the first of another parent', { parentGeneration: 3, generation: 4 }, '1-2', '1-2,4-4'],
    ['one more of that', { parentGeneration: 3, generation: 9 }, '1-2,4-8', '1-2,4-9'],
    ['one whose parent nobody knows', { parentGeneration: null, generation: 3 }, null, '3-3'],
    ['one of which the row forgot the others', { parentGeneration: 0, generation: 3 }, null, '1-3'],
  ])('with %s', (_what, place, withdrawnGenerations, expected) => {
    expect(withdraw({ ...place, withdrawnGenerations })).toBe(expected);
  });

  it('fits its column, however often it happens and however old the session is', () => {
    let withdrawnGenerations: string | null = null;
    for (let generation = 2_147_483_000; generation < 2_147_483_600; generation += 2) {
      const parentGeneration = generation - 1;
      withdrawnGenerations = withdraw({ generation, parentGeneration, withdrawnGenerations });
    }
    expect(withdrawnGenerations?.length).toBeLessThanOrEqual(255);
    expect(withdrawnGenerations).toMatch(/,2147483598-2147483598$/);
  });
});

it.each([
  ['a session that was never refreshed', 0, null, 0],
  ['an ordinary rotation', 5, 4, 0],
  ['a recovery', 6, 4, 1],
  ['seven in a row', 12, 4, 7],
])('after %s', (_what, generation, parentGeneration, expected) => {
  expect(recoveriesInARow({ generation, parentGeneration })).toBe(expected);
});

describe('a token was withdrawn', () => {
  const SESSION = { parentGeneration: 6, generation: 9, withdrawnGenerations: '1-2,4-4' };

  it.each([
    [0, false],
    [1, true],
    [2, true],
    [3, false],
    [4, true],
    [5, false],
    [6, false],
    [7, true],
    [8, true],
    [9, false],
    [10, false],
  ])('of generation %i: %s', (generation, expected) => {
    expect(isWithdrawn(generation, SESSION)).toBe(expected);
  });

  it.each([null, '', '3', 'nonsense'])('of none that a row with %p does not name', (ranges) => {
    const session = { parentGeneration: null, generation: 4, withdrawnGenerations: ranges };
    for (const generation of [0, 3, 4, 5]) expect(isWithdrawn(generation, session)).toBe(false);
  });
});
